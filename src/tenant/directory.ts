import { Problem } from '../base/problem.ts'
import { type Statement, textOf, textValue } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import type { Database } from '../database/client.ts'
import { SqlError } from '../database/hrana/outcome.ts'

/**
 * What an entry of the directory says of a tenant. `creating`, `migrating` and `moving` are steps that a command takes,
 * and starts again where one was killed; only an `active` tenant is served.
 */
export const tenantStatuses = ['creating', 'active', 'migrating', 'suspended', 'moving', 'removed'] as const
export type TenantStatus = (typeof tenantStatuses)[number]

/** One row of `selvage_tenants`, as far as a request needs it. */
export interface DirectoryEntry {
  readonly status: TenantStatus
  readonly salt: string
  /** What API keys are derived from, since they were rotated; null: the salt. */
  readonly keySalt: string | null
  /** Another one since each move; null: it was never moved. */
  readonly stay: string | null
  /** Null: by the pattern TENANT_DATABASE_URL. */
  readonly databaseUrl: string | null
}

/** One trip. Null of a name that is not in the directory. @throws Problem UNAVAILABLE_DATABASE, DATABASE_TIMEOUT */
export async function readEntry(
  database: Pick<Database, 'run'>,
  name: string,
  timing: Timing,
): Promise<DirectoryEntry | null> {
  try {
    const { rows } = await database.run(entryStatement(name), timing)
    const [status, salt = null, databaseUrl = null, keySalt = null, stay = null] = rows[0]?.map(textOf) ?? []
    const known = tenantStatuses.find((each) => each === status)
    return known === undefined || salt === null ? null : { status: known, salt, databaseUrl, keySalt, stay }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw new Problem('UNAVAILABLE_DATABASE', {
      hint: 'DATABASE_URL must name the database with the directory of tenants: `npm run tenants -- list` makes it, or brings it up to date.',
      headers: { 'retry-after': '60' },
    })
  }
}

function entryStatement(name: string): Statement {
  return {
    sql: 'select status, salt, url, key_salt, stay from selvage_tenants where name = ?',
    args: [textValue(name)],
  }
}
