import { freePort } from '../../src/cli/sqld.ts'
import { type Namespaces, namespacesOf } from '../../src/cli/tenants/namespace.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'

/** A libSQL server with many databases. */
export interface NamespaceServer extends TestDatabase {
  readonly adminUrl: string
  readonly namespaces: Namespaces
}

export async function startNamespaces(): Promise<NamespaceServer> {
  const [grpcPort, adminPort] = [await freePort(), await freePort()]
  const database = await startDatabase({ role: { kind: 'primary', grpcPort, adminPort, namespaces: true } })
  const adminUrl = `http://127.0.0.1:${adminPort}`
  return { ...database, adminUrl, namespaces: namespacesOf(adminUrl, undefined) }
}
