import { randomBytes } from 'node:crypto'
import type { Client, Row } from '@libsql/client'
import { type TenantStatus, tenantStatuses } from '../../tenant/directory.ts'
import { Failure } from '../command.ts'

/** One row of the directory. */
export interface TenantRow {
  readonly name: string
  readonly status: TenantStatus
  readonly salt: string
  /** Null: by the pattern TENANT_DATABASE_URL. */
  readonly url: string | null
  /** Where the tenant was before it moved, as long as that database is kept. */
  readonly oldUrl: string | null
  /** Where it is being moved to. */
  readonly targetUrl: string | null
  /** Of the run that moves it: who finds another one there has been taken over, or given up. Null: none does. */
  readonly moveId: string | null
  /** Random, and another one since each move; null: it was never moved. */
  readonly stay: string | null
  /** What its API keys are derived from, since they were rotated; null: the salt. */
  readonly keySalt: string | null
  /** Of the last migration that it has. */
  readonly schemaVersion: number | null
  /** When the entry was changed last. */
  readonly changedAt: number
}

/**
 * Which tenants there are: a table in the database of DATABASE_URL, which the Worker reads. Instants are
 * milliseconds since 1970-01-01T00:00:00Z.
 */
const createTable = `create table if not exists selvage_tenants (
  name text primary key not null,
  status text not null check (status in (${tenantStatuses.map((status) => `'${status}'`).join(', ')})),
  salt text not null,
  url text,
  old_url text,
  target_url text,
  move_id text,
  stay text,
  key_salt text,
  schema_version integer,
  created_at integer not null,
  changed_at integer not null
) strict`

/** Two tenants in one database would be one. */
const createUnique = `create unique index if not exists selvage_tenants_url on selvage_tenants (url) where status <> 'removed'`

export interface Directory {
  /** All that were ever there and not removed, by name; or those with a status. */
  list(status?: TenantStatus): Promise<readonly TenantRow[]>
  /** @throws Failure if there is none of that name, or it was removed */
  get(name: string): Promise<TenantRow>
  find(name: string): Promise<TenantRow | null>
  /** A row with status `creating` and a new salt; in the place of one that was removed. @throws Failure if it is taken */
  add(name: string, url: string | null): Promise<void>
  /** Changes a row as long as it has one of the statuses, and what is expected. @returns whether it had */
  change(
    name: string,
    from: readonly TenantStatus[],
    to: TenantChange,
    expected?: TenantChange,
  ): Promise<boolean>
}

/** What of a row may change. */
export type TenantChange = Partial<Omit<TenantRow, 'name' | 'changedAt'>>

/** Makes the table if it is not there, and columns that a former version did not have. */
export async function openDirectory(client: Client): Promise<Directory> {
  await client.batch([createTable, createUnique], 'write')
  const { rows: had } = await client.execute(`select name from pragma_table_info('selvage_tenants')`)
  const missing = [...columns.values()].filter((column) => !had.some(({ name }) => name === column))
  for (const column of missing) await client.execute(`alter table selvage_tenants add column ${column} text`)
  const find = async (name: string): Promise<TenantRow | null> => {
    const { rows } = await client.execute({
      sql: 'select * from selvage_tenants where name = ?',
      args: [name],
    })
    return rows[0] === undefined ? null : rowOf(rows[0])
  }
  return {
    find,
    async list(status) {
      const condition = status === undefined ? `status <> 'removed'` : 'status = ?'
      const args = status === undefined ? [] : [status]
      const { rows } = await client.execute({
        sql: `select * from selvage_tenants where ${condition} order by name`,
        args,
      })
      return rows.map(rowOf)
    },
    async get(name) {
      const row = await find(name)
      if (row === null || row.status === 'removed')
        throw new Failure(`There is no tenant ${name}. \`npm run tenants -- list\` says which there are.`)
      return row
    },
    async add(name, url) {
      const now = Date.now()
      const salt = newSalt()
      const added = await client.execute({
        sql: `insert into selvage_tenants (name, status, salt, url, created_at, changed_at)
values (?, 'creating', ?, ?, ?, ?)
on conflict (name) do update set status = 'creating', salt = excluded.salt, url = excluded.url, old_url = null,
  target_url = null, move_id = null, stay = null, key_salt = null, schema_version = null,
  created_at = excluded.created_at, changed_at = excluded.changed_at
where status = 'removed'`,
        args: [name, salt, url, now, now],
      })
      if (added.rowsAffected !== 1) throw new Failure(`There is a tenant ${name} already.`)
    },
    async change(name, from, to, expected = {}) {
      const cells = (of: TenantChange) =>
        Object.entries(of).map(([property, value]) => [columnOf(property), value] as const)
      const [given, wanted] = [cells(to), cells(expected)]
      const changed = await client.execute({
        sql: `update selvage_tenants set ${given.map(([column]) => `${column} = ?, `).join('')}changed_at = ?
where name = ? and status in (${from.map(() => '?').join(', ')})${wanted.map(([column]) => ` and ${column} is ?`).join('')}`,
        args: [
          ...given.map(([, value]) => value),
          ...[Date.now(), name, ...from],
          ...wanted.map(([, value]) => value),
        ],
      })
      return changed.rowsAffected === 1
    },
  }
}

/** 128 random bits. */
export function newSalt(): string {
  return randomBytes(16).toString('base64url')
}

const columns: ReadonlyMap<string, string> = new Map([
  ['status', 'status'],
  ['salt', 'salt'],
  ['url', 'url'],
  ['oldUrl', 'old_url'],
  ['targetUrl', 'target_url'],
  ['moveId', 'move_id'],
  ['stay', 'stay'],
  ['keySalt', 'key_salt'],
  ['schemaVersion', 'schema_version'],
])

function columnOf(property: string): string {
  const column = columns.get(property)
  if (column === undefined) throw new TypeError(`${property} of a tenant does not change`)
  return column
}

function rowOf(row: Row): TenantRow {
  const text = (name: string): string | null => {
    const value = row[name]
    return value === null || value === undefined ? null : String(value)
  }
  const status = tenantStatuses.find((each) => each === row.status)
  if (status === undefined) throw new TypeError(`the directory has no status ${text('status')}`)
  const version = text('schema_version')
  return {
    name: text('name') ?? '',
    status,
    salt: text('salt') ?? '',
    url: text('url'),
    oldUrl: text('old_url'),
    targetUrl: text('target_url'),
    moveId: text('move_id'),
    stay: text('stay'),
    keySalt: text('key_salt'),
    schemaVersion: version === null ? null : Number(version),
    changedAt: Number(text('changed_at')),
  }
}
