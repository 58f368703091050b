import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type InArgs, LibsqlError, type Row } from '@libsql/client/web'

/**
 * One statement to a libSQL server, from Node. For preparing; nothing that is measured goes through here. What meets a
 * checkpoint of the server is refused, and sent again.
 */
export async function query(
  databaseUrl: string,
  sql: string,
  args: InArgs = [],
  tries = 20,
): Promise<readonly Row[]> {
  const client = createClient({ url: databaseUrl })
  try {
    return (await client.execute({ sql, args })).rows
  } catch (error) {
    const isBusy = error instanceof LibsqlError && error.code.startsWith('SQLITE_BUSY')
    if (!isBusy || tries === 1) throw error
  } finally {
    client.close()
  }
  await sleep(100)
  return query(databaseUrl, sql, args, tries - 1)
}
