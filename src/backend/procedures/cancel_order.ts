import { and, eq, exists, inArray, sql } from 'drizzle-orm'
import { QueryBuilder } from 'drizzle-orm/sqlite-core'
import * as v from 'valibot'
import { procedure, refusal, role } from '../../index.ts'
import { order_items } from '../order_items.ts'
import { orders } from '../orders.ts'
import { products } from '../products.ts'

/** Undoes a checkout while nothing has been shipped: the stock returns. */
export const cancel_order = procedure({
  description: 'Cancels a paid order that is not shipped yet: the stock returns.',
  input: { order_id: v.pipe(v.string(), v.maxLength(64)) },
  policy: role('customer'),
  returns: orders,
  handler({ input, caller, db, emit }) {
    const query = new QueryBuilder()
    const isMeant = and(
      eq(orders.id, input.order_id),
      eq(orders.status, 'paid'),
      caller.has('staff') ? undefined : eq(orders.user_id, caller.id ?? ''),
    )
    db.require(
      exists(query.select({ one: sql`1` }).from(orders).where(isMeant)),
      refusal('There is no such order that could be cancelled', { status: 404 }),
    )
    const items = query
      .select({ product: order_items.product_id })
      .from(order_items)
      .where(eq(order_items.order_id, input.order_id))
    const ordered = sql`(select ${order_items.quantity} from ${order_items} where ${order_items.order_id} = ${input.order_id} and ${order_items.product_id} = ${products.id})`
    db.update(products)
      .set({ stock: sql`${products.stock} + ${ordered}` })
      .where(inArray(products.id, items))
    db.update(orders).set({ status: 'cancelled' }).where(eq(orders.id, input.order_id))
    emit('order.cancelled', { id: input.order_id })
    return db.rows(orders, eq(orders.id, input.order_id))
  },
})
