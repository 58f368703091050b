/**
 * The limit: what one would write by hand to answer from memory. Hono and a Map by URL; no token, no policy, no ETag,
 * nothing that knows of a write, and no bound. A cache that looks at more than the URL is not faster.
 */
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { database, type Environment } from '../baseline/environment.ts'
import { listedProduct, product } from '../baseline/rows.ts'
import { itemSql, listSql } from '../baseline/sql.ts'

/** As long as the shop says of its products. */
const maxAgeMilliseconds = 60_000

interface Kept {
  readonly body: string
  readonly untilMilliseconds: number
}

const memory = new Map<string, Kept>()
const app = new Hono<Environment>()

app.get('/products/:id', (c) =>
  fromMemory(c, async () => {
    const { rows } = await database(c.env).execute({ sql: itemSql, args: [c.req.param('id')] })
    const [row] = rows
    if (row === undefined) throw new HTTPException(404)
    return product(row)
  }),
)

app.get('/products', (c) =>
  fromMemory(c, async () => {
    const category = c.req.query('category_id')
    if (category === undefined) throw new HTTPException(400)
    const { rows } = await database(c.env).execute({ sql: listSql, args: [category] })
    return rows.map(listedProduct)
  }),
)

async function fromMemory(c: Context<Environment>, ask: () => Promise<unknown>): Promise<Response> {
  const now = Date.now()
  const kept = memory.get(c.req.url)
  if (kept !== undefined && now < kept.untilMilliseconds) return respond(c, kept.body)
  const body = JSON.stringify(await ask())
  memory.set(c.req.url, { body, untilMilliseconds: now + maxAgeMilliseconds })
  return respond(c, body)
}

function respond(c: Context<Environment>, body: string): Response {
  return c.body(body, 200, { 'content-type': 'application/json' })
}

export default app
