import { LibsqlError, type Row } from '@libsql/client/web'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import * as v from 'valibot'
import { uuidv7 } from '../../src/base/id.ts'
import { database, type Environment, timestamp } from './environment.ts'
import {
  checkoutItemsSql,
  checkoutOrderSql,
  checkoutStockSql,
  insertOrderReturningSql,
  insertOrderSql,
  insertOrdersSql,
} from './write-sql.ts'

const note = v.nullable(v.pipe(v.string(), v.maxLength(500)))
const newOrder = v.object({ note })
const newOrders = v.pipe(v.array(newOrder), v.minLength(1), v.maxLength(1_000))
const cart = v.object({
  note,
  lines: v.pipe(
    v.array(
      v.object({
        product_id: v.pipe(v.string(), v.maxLength(64)),
        quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
      }),
    ),
    v.minLength(1),
    v.maxLength(50),
  ),
})

export function writeRoutes(): Hono<Environment> {
  const app = new Hono<Environment>()

  app.post('/orders', async (c) => {
    const { note } = v.parse(newOrder, await c.req.json())
    const [id, now] = [uuidv7(), Date.now()]
    const isReturned = c.req.query('return') === 'representation'
    const [result] = await database(c.env).batch(
      [
        {
          sql: isReturned ? insertOrderReturningSql : insertOrderSql,
          args: [id, c.get('userId'), note, now, now],
        },
      ],
      'write',
    )
    c.header('location', `/orders/${id}`)
    return isReturned ? c.json(result?.rows.map(order), 201) : c.body(null, 201)
  })

  app.post('/orders/bulk', async (c) => {
    const orders = v.parse(newOrders, await c.req.json())
    const [userId, now] = [c.get('userId'), Date.now()]
    const args = orders.flatMap(({ note }) => [uuidv7(), userId, note, now, now])
    await database(c.env).batch([{ sql: insertOrdersSql(orders.length), args }], 'write')
    return c.body(null, 201)
  })

  app.post('/checkout', async (c) => {
    const { lines, note } = v.parse(cart, await c.req.json())
    const [id, now] = [uuidv7(), Date.now()]
    const items = JSON.stringify(lines.map((line) => ({ ...line, id: uuidv7() })))
    const [made] = await database(c.env).batch(
      [
        { sql: checkoutOrderSql, args: [items, id, c.get('userId'), note, now] },
        { sql: checkoutItemsSql, args: [items, id, now] },
        { sql: checkoutStockSql, args: [items, now] },
      ],
      'write',
    )
    return c.json(made?.rows.map(order))
  })

  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (error instanceof v.ValiError) return new Response('invalid', { status: 400 })
    if (!(error instanceof LibsqlError)) throw error
    if (error.code.startsWith('SQLITE_CONSTRAINT')) return new Response('refused', { status: 409 })
    if (error.code.startsWith('SQLITE_BUSY')) return new Response('busy', { status: 503 })
    throw error
  })
  return app
}

function order(row: Row) {
  return {
    id: row.id,
    user_id: row.user_id,
    status: row.status,
    total_cents: row.total_cents,
    note: row.note,
    created_at: timestamp(row.created_at),
    updated_at: timestamp(row.updated_at),
  }
}
