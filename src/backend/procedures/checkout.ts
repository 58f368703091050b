import { inArray, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { procedure, refusal, role } from '../../index.ts'
import { order_items } from '../order_items.ts'
import { orders } from '../orders.ts'
import { products } from '../products.ts'

const lines = v.pipe(
  v.array(
    v.object({
      product_id: v.pipe(v.string(), v.maxLength(64)),
      quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
    }),
  ),
  v.minLength(1),
  v.maxLength(50),
  v.check((all) => new Set(all.map((line) => line.product_id)).size === all.length, 'Name each product once'),
)

/**
 * Turns the lines of a cart into an order: stock is taken, and prices are those of the table at that moment. All of it
 * or nothing, in one trip.
 */
export const checkout = procedure({
  description: 'Buys the lines of a cart: makes an order with the prices of now, and takes the stock.',
  input: { lines, note: v.optional(v.pipe(v.string(), v.maxLength(500))) },
  policy: role('customer'),
  returns: orders,
  handler({ input, caller, db, id }) {
    const cart = sql`json_each(${JSON.stringify(input.lines)}) as cart`
    const product = sql`cart.value ->> 'product_id'`
    const quantity = sql`cart.value ->> 'quantity'`
    db.require(
      sql`not exists (select 1 from ${cart} left join ${products} on ${products.id} = ${product} and ${products.published} where ${products.stock} is null or ${products.stock} < ${quantity})`,
      refusal('A product of the cart is not sold, or there are not so many of it', { status: 409 }),
    )
    const order = id()
    db.insert(orders).values({
      id: order,
      user_id: caller.id ?? sql`null`,
      status: 'paid',
      note: input.note ?? null,
      total_cents: sql`(select sum(${products.price_cents} * ${quantity}) from ${cart} join ${products} on ${products.id} = ${product})`,
    })
    for (const line of input.lines) {
      db.insert(order_items).values({
        order_id: order,
        product_id: line.product_id,
        quantity: line.quantity,
        price_cents: sql`(select ${products.price_cents} from ${products} where ${products.id} = ${line.product_id})`,
      })
    }
    db.update(products)
      .set({
        stock: sql`${products.stock} - (select ${quantity} from ${cart} where ${product} = ${products.id})`,
      })
      .where(
        inArray(
          products.id,
          input.lines.map((line) => line.product_id),
        ),
      )
    return db.rows(orders, sql`${orders.id} = ${order}`)
  },
})
