import type { Keys } from './keys.ts'
import { query } from './query.ts'

/** Who asks, and for what: drawn from the large data set, the same for all Workers. */
export interface Samples {
  readonly customers: readonly Customer[]
  readonly productIds: readonly string[]
  readonly categoryIds: readonly string[]
}

export interface Customer {
  readonly id: string
  readonly token: string
}

const count = 64

/** Opens a session for every customer that is drawn. @throws when the data set is too thin for a task */
export async function drawSamples(databaseUrl: string, keys: Keys): Promise<Samples> {
  const customerIds = await texts(
    databaseUrl,
    `select u.id from auth_users u join orders o on o.user_id = u.id where u.role = 'customer'
     group by u.id having count(*) >= 20 order by u.id limit ${count}`,
  )
  const now = Date.now()
  const customers = await Promise.all(
    customerIds.map(async (id) => {
      const sessionId = crypto.randomUUID()
      await query(
        databaseUrl,
        'insert into auth_sessions (id, user_id, created_at, refreshed_at, expires_at) values (?, ?, ?, ?, ?)',
        [sessionId, id, now, now, now + 86_400_000],
      )
      return { id, token: await keys.accessToken(id, sessionId) }
    }),
  )
  return {
    customers,
    productIds: await texts(
      databaseUrl,
      // Ids sort by time: a stride takes some from everywhere.
      `select id from (select id, row_number() over (order by id) as n, count(*) over () as total
       from products where published = 1) where n % (total / ${count}) = 0 limit ${count}`,
    ),
    categoryIds: await texts(
      databaseUrl,
      `select category_id from products where published = 1
       group by category_id having count(*) >= 20 order by category_id limit ${count}`,
    ),
  }
}

async function texts(databaseUrl: string, sql: string): Promise<readonly string[]> {
  const found = (await query(databaseUrl, sql)).map((row) => String(row[0]))
  if (found.length < 8) throw new Error(`the data set is too thin: ${found.length} rows for ${sql}`)
  return found
}
