import type { Client } from '@libsql/client'

/** Gives a database that keeps an epoch its first one (`selvage_clock`, src/ledger/tables.ts). */
export async function beginHistory(client: Client): Promise<void> {
  if (!(await keepsEpoch(client))) return
  await client.execute(`insert or ignore into selvage_clock (id, epoch) values (1, ${epoch})`)
  // What was read before the first write has a place in the order, too.
  if (await keepsTick(client)) await client.execute(`update selvage_clock set tick = ${now} where tick = 0`)
}

/** A copy is another history: its frames are other ones, so that neither bookmarks nor what was kept hold for it. */
export async function renewHistory(client: Client): Promise<void> {
  if (await keepsEpoch(client)) await client.execute(`update selvage_clock set epoch = ${epoch}, frame = 0`)
}

/**
 * Statements of a write of all tables: what was kept of their rows is not served any more, and who was shown what comes then is
 * not shown what was before. None of a database that keeps no versions yet, and then nothing was kept.
 * @param tables that there are
 */
export async function overtakeAll(client: Client, tables: readonly string[]): Promise<readonly string[]> {
  if (!tables.includes('selvage_versions')) return []
  const raise = `insert into selvage_versions (table_name, version) select name, 1 from pragma_table_list
where schema = 'main' and type = 'table' on conflict (table_name) do update set version = version + 1`
  const tick = `update selvage_clock set tick = max(tick + 1, ${now})`
  return (await keepsTick(client)) ? [raise, tick] : [raise]
}

/** In milliseconds since 1970. */
const now = "cast((julianday('now') - 2440587.5) * 86400000 as integer)"
/** 128 random bits. */
const epoch = 'lower(hex(randomblob(16)))'

async function keepsEpoch(client: Client): Promise<boolean> {
  const { rows } = await client.execute(`select 1 from sqlite_schema where name = 'selvage_clock'`)
  return rows.length > 0
}

async function keepsTick(client: Client): Promise<boolean> {
  const { rows } = await client.execute(
    `select 1 from pragma_table_info('selvage_clock') where name = 'tick'`,
  )
  return rows.length > 0
}
