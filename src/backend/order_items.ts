import { eq, sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { and, exists, id, or, type PolicyCaller, resource, role, timestamps, type Verdict } from '../index.ts'
import { orders } from './orders.ts'
import { products } from './products.ts'

export const order_items = sqliteTable(
  'order_items',
  {
    id: id(),
    order_id: text()
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    product_id: text()
      .notNull()
      .references(() => products.id),
    quantity: integer().notNull(),
    /** Of one piece, on the day of the order. */
    price_cents: integer().notNull(),
    ...timestamps(),
  },
  (table) => [
    unique('order_items_order_id_product_id_unique').on(table.order_id, table.product_id),
    index('order_items_product_id_idx').on(table.product_id),
    check('order_items_quantity_check', sql`${table.quantity} > 0`),
    check('order_items_price_cents_check', sql`${table.price_cents} >= 0`),
  ],
)

export default resource(order_items, {
  description: 'What an order consists of. Seen with its order.',
  read: ({ caller }) => or(caller.has('staff'), caller.signedIn && ofOwnOrder(caller)),
  // A customer's items come by `checkout`, with the prices of the table.
  create: role('staff'),
  update: role('staff'),
  delete: role('staff'),
  embeds: { order: order_items.order_id, product: order_items.product_id },
})

function ofOwnOrder(caller: PolicyCaller): Verdict {
  return exists(orders, and(eq(orders.id, order_items.order_id), eq(orders.user_id, caller.id)))
}
