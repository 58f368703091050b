/**
 * The shop by hand: what a good engineer writes without Selvage. Hono, `@libsql/client`, jose; one SQL a task,
 * rows mapped, `c.json`. No policies beyond what each query says, and no look at the session.
 */
import type { Row } from '@libsql/client/web'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { authenticate } from './authenticate.ts'
import { database, type Environment, timestamp } from './environment.ts'
import { listedProduct, product } from './rows.ts'
import { itemSql, listSql, ordersCountedSql, ordersSql } from './sql.ts'
import { writeRoutes } from './writes.ts'

const app = new Hono<Environment>()

app.use(async (c, next) => {
  const token = c.req.header('authorization')?.replace(/^Bearer /, '')
  const userId = token === undefined ? null : await authenticate(token, c.env)
  if (userId === null) throw new HTTPException(401)
  c.set('userId', userId)
  await next()
})

app.get('/products/:id', async (c) => {
  const { rows } = await database(c.env).execute({ sql: itemSql, args: [c.req.param('id')] })
  const [row] = rows
  if (row === undefined) throw new HTTPException(404)
  return c.json(product(row))
})

app.get('/products', async (c) => {
  const category = c.req.query('category_id')
  if (category === undefined) throw new HTTPException(400)
  const { rows } = await database(c.env).execute({ sql: listSql, args: [category] })
  return c.json(rows.map(listedProduct))
})

app.get('/orders', async (c) => {
  const counted = c.req.query('count') === 'exact'
  const userId = c.get('userId')
  const { rows } = await database(c.env).execute({
    sql: counted ? ordersCountedSql : ordersSql,
    args: counted ? [userId, userId] : [userId],
  })
  if (counted) c.header('content-range', `0-${rows.length - 1}/${rows[0]?.total ?? 0}`)
  return c.json(rows.map(order))
})

app.route('/', writeRoutes())

function order(row: Row) {
  return {
    id: row.id,
    status: row.status,
    total_cents: row.total_cents,
    created_at: timestamp(row.created_at),
    order_items: JSON.parse(String(row.order_items)),
  }
}

export default app
