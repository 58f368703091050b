import { createClient, type InArgs, type Row } from '@libsql/client/web'

/** One statement to a libSQL server, from Node. For preparing; nothing that is measured goes through here. */
export async function query(databaseUrl: string, sql: string, args: InArgs = []): Promise<readonly Row[]> {
  const client = createClient({ url: databaseUrl })
  try {
    return (await client.execute({ sql, args })).rows
  } finally {
    client.close()
  }
}
