import { eq } from 'drizzle-orm'
import {
  blob,
  foreignKey,
  integer,
  numeric,
  primaryKey,
  real,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'
import {
  type BackendDeclaration,
  backend,
  or,
  procedure,
  resource,
  role,
  timestamps,
} from '../../../src/index.ts'

/** Tables that are spread over several databases, one with all that can be sorted by, beside some that are not. */

export const orders = sqliteTable(
  'orders',
  {
    user_id: text().notNull(),
    id: text()
      .notNull()
      .$defaultFn(() => crypto.randomUUID()),
    status: text(),
    note: text(),
    total: integer(),
    weight: real(),
    amount: numeric(),
    paid: integer({ mode: 'boolean' }),
    at: integer({ mode: 'timestamp_ms' }),
    data: text({ mode: 'json' }),
    tag: blob({ mode: 'buffer' }),
    ...timestamps(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.id] })],
)

export const orderItems = sqliteTable(
  'order_items',
  {
    user_id: text().notNull(),
    order_id: text().notNull(),
    line: integer().notNull(),
    name: text(),
  },
  (table) => [
    primaryKey({ columns: [table.user_id, table.order_id, table.line] }),
    foreignKey({ columns: [table.user_id, table.order_id], foreignColumns: [orders.user_id, orders.id] }),
  ],
)

/** A shard key that is a number, and rows that everybody reads. */
export const readings = sqliteTable(
  'readings',
  { device: integer().notNull(), at: integer().notNull(), value: real() },
  (table) => [primaryKey({ columns: [table.device, table.at] })],
)

export const posts = sqliteTable('posts', { id: integer().primaryKey(), title: text() })

/** The same backend over one database, or over several. */
export function shardedBackend(isSharded: boolean): BackendDeclaration {
  const by = <Column>(column: Column) => (isSharded ? { shardBy: column } : {})
  return backend({
    name: 'Shards',
    roles: { customer: [], staff: ['customer'] },
    defaultRole: 'customer',
    trials: true,
    resources: [
      resource(orders, {
        ...by(orders.user_id),
        owner: orders.user_id,
        read: ({ caller }) => or(eq(orders.user_id, caller.id), caller.has('staff')),
        create: ({ caller }) => or(eq(orders.user_id, caller.id), caller.has('staff')),
        update: ({ caller }) => or(eq(orders.user_id, caller.id), caller.has('staff')),
        delete: ({ caller }) => or(eq(orders.user_id, caller.id), caller.has('staff')),
        fields: { user_id: { write: role('staff') } },
        unfiltered: true,
        audit: true,
        outbox: true,
      }),
      resource(orderItems, {
        ...by(orderItems.user_id),
        owner: orderItems.user_id,
        read: ({ caller }) => or(eq(orderItems.user_id, caller.id), caller.has('staff')),
        create: ({ caller }) => or(eq(orderItems.user_id, caller.id), caller.has('staff')),
      }),
      resource(readings, { ...by(readings.device), read: () => true }),
      resource(posts, { read: () => true, create: role('customer') }),
    ],
    procedures: {
      touch: procedure({
        policy: role('customer'),
        handler: ({ db, caller }) =>
          db
            .update(orders)
            .set({ note: 'touched' })
            .where(eq(orders.user_id, caller.id ?? '')),
      }),
      count: procedure({
        policy: role('customer'),
        handler: async ({ db }) => db.read(db.select({ id: orders.id }).from(orders)),
      }),
    },
  })
}

export default shardedBackend(true)
