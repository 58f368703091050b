import { readSettings, type Settings, serverUrl } from '../../base/settings.ts'
import type { TenantsDeclaration } from '../../declare/backend.ts'
import { tenantSettings } from '../../tenant/derive.ts'
import { tenantUrl } from '../../tenant/named.ts'
import { databasePattern, databaseUrlOf } from '../../tenant/pattern.ts'
import { Failure } from '../command.ts'
import type { Directory, TenantRow } from './directory.ts'
import type { Namespaces } from './namespace.ts'

/** Where the tenants of one server are, and how they are reached. */
export interface TenantsPlace {
  readonly directory: Directory
  /** The Worker's variables and secrets. */
  readonly bindings: Readonly<Record<string, string>>
  readonly databaseToken?: string
  /** Folder of the migrations. */
  readonly folder: string
  /** Null: databases are made and deleted by somebody else. */
  readonly namespaces: Namespaces | null
  /** One line of progress. */
  readonly say: (line: string) => void
}

/** The database of a tenant. @throws Failure when it has no URL of its own and there is no pattern */
export function databaseUrl({ bindings }: Pick<TenantsPlace, 'bindings'>, { name, url }: TenantRow): string {
  if (url !== null) return url
  const pattern = databasePattern(bindings)
  if (pattern === null) throw new Failure(`Where is the database of ${name}? Set TENANT_DATABASE_URL.`)
  return databaseUrlOf(pattern, name)
}

/** What the clients of a tenant need: URL and keys, as the Worker derives them. */
export function settingsOf(
  place: Pick<TenantsPlace, 'bindings'>,
  row: TenantRow,
  { from }: TenantsDeclaration,
): Settings {
  const server = readSettings(place.bindings)
  return tenantSettings(server, {
    name: row.name,
    salt: row.salt,
    databaseUrl: databaseUrl(place, row),
    apiUrl: tenantUrl(from, server.apiUrl, row.name),
  })
}

/** A URL of a database as it is kept: without a slash at its end. @throws Failure */
export function parseDatabaseUrl(text: string): string {
  const url = serverUrl(text)
  if (url !== null) return url
  throw new Failure(`${text} is not an http, https or libsql URL.`)
}
