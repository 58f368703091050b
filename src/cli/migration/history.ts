import type { Client } from '@libsql/client'

/** Gives a database that keeps an epoch its first one (`selvage_clock`, src/ledger/tables.ts). */
export async function beginHistory(client: Client): Promise<void> {
  if (await keepsEpoch(client))
    await client.execute(`insert or ignore into selvage_clock (id, epoch) values (1, ${epoch})`)
}

/** A copy is another history: its frames are other ones, so that neither bookmarks nor what was kept hold for it. */
export async function renewHistory(client: Client): Promise<void> {
  if (await keepsEpoch(client)) await client.execute(`update selvage_clock set epoch = ${epoch}, frame = 0`)
}

/**
 * A statement that raises the versions of all tables: what was kept of their rows is not served any more. Null of a
 * database that keeps no versions yet, and then nothing was kept.
 */
export function raiseAllVersions(tables: readonly string[]): string | null {
  if (!tables.includes('selvage_versions')) return null
  return `insert into selvage_versions (table_name, version) select name, 1 from pragma_table_list
where schema = 'main' and type = 'table' on conflict (table_name) do update set version = version + 1`
}

/** 128 random bits. */
const epoch = 'lower(hex(randomblob(16)))'

async function keepsEpoch(client: Client): Promise<boolean> {
  const { rows } = await client.execute(`select 1 from sqlite_schema where name = 'selvage_clock'`)
  return rows.length > 0
}
