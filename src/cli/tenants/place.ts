import { readSettings, type Settings, serverUrl } from '../../base/settings.ts'
import type { TenantsDeclaration } from '../../declare/backend.ts'
import { tenantSettings } from '../../tenant/derive.ts'
import { tenantUrl } from '../../tenant/named.ts'
import { databasePattern, databaseUrlOf } from '../../tenant/pattern.ts'
import { keptMilliseconds } from '../../tenant/tenancy.ts'
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
  /** How long nothing is done that isolates must not meet by an entry that was (`settleMilliseconds`). */
  readonly settleMilliseconds: number
  /** One line of progress. */
  readonly say: (line: string) => void
}

/** Isolates believe the directory for so long, and what they have begun by then takes at most ten seconds, and one more. */
export const settleMilliseconds: number = keptMilliseconds.active + 11_000

/** The database of a tenant. @throws Failure when it has no URL of its own and there is no pattern */
export function databaseUrl(
  { bindings }: Pick<TenantsPlace, 'bindings'>,
  { name, url }: Pick<TenantRow, 'name' | 'url'>,
): string {
  if (url !== null) return url
  const pattern = databasePattern(bindings)
  if (pattern === null) throw new Failure(`Where is the database of ${name}? Set TENANT_DATABASE_URL.`)
  return databaseUrlOf(pattern, name)
}

/**
 * That no other tenant lies there, lay there before it moved, or is being moved there.
 * @throws Failure
 */
export async function assertNobodyElses(place: TenantsPlace, name: string, url: string): Promise<void> {
  const hasPattern = databasePattern(place.bindings) !== null
  for (const row of await place.directory.list()) {
    const own = row.url === null && !hasPattern ? null : databaseUrl(place, row)
    const isThere = [own, row.oldUrl, row.targetUrl].some((each) => each !== null && isSameUrl(each, url))
    if (row.name !== name && isThere)
      throw new Failure(`The database at ${url} is that of ${row.name}: give another one.`)
  }
}

function isSameUrl(one: string, other: string): boolean {
  return new URL(one).href === new URL(other).href
}

/** What the clients of a tenant need: URL and keys, as the Worker derives them. */
export function settingsOf(
  place: Pick<TenantsPlace, 'bindings'>,
  row: TenantRow,
  { from }: TenantsDeclaration,
): Settings {
  const server = readSettings(place.bindings)
  return tenantSettings(server, {
    ...row,
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
