import { eq, sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { and, id, nobody, or, resource, role, timestamps } from '../index.ts'
import { users } from './users.ts'

export const orders = sqliteTable(
  'orders',
  {
    id: id(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    status: text({ enum: ['draft', 'paid', 'shipped', 'cancelled'] })
      .notNull()
      .default('draft'),
    total_cents: integer().notNull().default(0),
    note: text(),
    ...timestamps(),
  },
  (table) => [
    index('orders_user_id_created_at_idx').on(table.user_id, table.created_at),
    check('orders_status_check', sql`${table.status} in ('draft', 'paid', 'shipped', 'cancelled')`),
    check('orders_total_cents_check', sql`${table.total_cents} >= 0`),
  ],
)

export default resource(orders, {
  description: 'Orders. A customer sees the own ones, staff see all.',
  read: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(orders.user_id, caller.id)),
  // An order begins as a draft; what it costs and whether it is paid is not for the customer to say.
  create: ({ caller }) =>
    or(
      caller.has('staff'),
      caller.signedIn && and(eq(orders.user_id, caller.id), eq(orders.status, 'draft')),
    ),
  update: {
    from: ({ caller }) =>
      or(
        caller.has('staff'),
        caller.signedIn && and(eq(orders.user_id, caller.id), eq(orders.status, 'draft')),
      ),
    to: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(orders.status, 'draft')),
  },
  delete: ({ caller }) =>
    or(
      caller.has('admin'),
      caller.signedIn && and(eq(orders.user_id, caller.id), eq(orders.status, 'draft')),
    ),
  owner: orders.user_id,
  fields: {
    user_id: { write: role('staff') },
    status: { write: role('staff') },
    total_cents: { write: nobody },
  },
  embeds: { customer: orders.user_id },
  audit: true,
  outbox: true,
  after({ operation, changed, emit }) {
    if (operation === 'delete') return
    const { id, user_id, total_cents } = orders
    emit('order.paid', { id, user_id, total_cents }, and(changed(orders.status), eq(orders.status, 'paid')))
  },
})
