import { join, resolve } from 'node:path'
import type { Client } from '@libsql/client'
import type { Settings } from '../../src/base/settings.ts'
import { generate } from '../../src/cli/generate.ts'
import { openClient } from '../../src/cli/migration/client.ts'
import { createTenant } from '../../src/cli/tenants/create.ts'
import { type Directory, openDirectory } from '../../src/cli/tenants/directory.ts'
import type { Namespaces } from '../../src/cli/tenants/namespace.ts'
import { settingsOf, type TenantsPlace } from '../../src/cli/tenants/place.ts'
import type { TenantsDeclaration } from '../../src/index.ts'
import { makeBindings } from '../harness/bindings.ts'
import { type Gateway, type Meddle, startGateway } from './gateway.ts'
import { startNamespaces } from './namespaces.ts'

/** A libSQL server with namespaces, a directory in one of them, and what the commands need. */
export interface TenantWorld {
  readonly place: TenantsPlace
  readonly directory: Directory
  readonly namespaces: Namespaces
  readonly adminUrl: string
  readonly gateway: Gateway
  readonly bindings: Readonly<Record<string, string>>
  /** For what is the test's own; deleted in the end. */
  readonly folder: string
  /** What the commands said. */
  readonly said: string[]
  open(name: string): Client
  create(name: string): Promise<void>
  settingsOf(name: string, tenants: TenantsDeclaration): Promise<Settings>
  stop(): Promise<void>
}

export async function startTenantWorld(meddle?: Meddle): Promise<TenantWorld> {
  const database = await startNamespaces()
  const { adminUrl, namespaces } = database
  const gateway = await startGateway(database.url, meddle)
  const migrations = join(database.folder, 'migrations')
  await generate({ backendFolder: resolve('test/tenant/backend'), output: migrations })
  const bindings = {
    ...makeBindings(gateway.urlOf('default')),
    TENANT_DATABASE_URL: gateway.pattern,
    API_URL: 'http://api.test',
  }
  const control = openClient(gateway.urlOf('default'))
  const directory = await openDirectory(control)
  const said: string[] = []
  const place: TenantsPlace = {
    directory,
    bindings,
    folder: migrations,
    namespaces,
    settleMilliseconds: 0,
    say: (line) => said.push(line),
  }
  const clients = [control]
  return {
    place,
    directory,
    namespaces,
    adminUrl,
    gateway,
    bindings,
    folder: database.folder,
    said,
    open(name) {
      const client = openClient(gateway.urlOf(name))
      clients.push(client)
      return client
    },
    async create(name) {
      await createTenant(place, name, null)
    },
    settingsOf: async (name, tenants) => settingsOf(place, await directory.get(name), tenants),
    async stop() {
      for (const client of clients) client.close()
      await gateway.stop()
      await database.stop()
    },
  }
}
