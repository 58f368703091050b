import { eq, sql } from 'drizzle-orm'
import {
  customType,
  foreignKey,
  integer,
  primaryKey,
  real,
  type SQLiteTable,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import type { BackendDeclaration } from '../../src/declare/backend.ts'
import type { ResourceDeclaration } from '../../src/declare/resource.ts'
import { and, backend, exists, not, or, procedure, resource, type Verdict } from '../../src/index.ts'
import { callerValue } from '../../src/model/caller/value.ts'
import { linkModel } from '../../src/model/model.ts'
import { pinnedBy } from '../../src/model/rule/pinned.ts'

const linked = (resources: readonly ResourceDeclaration[], more: Partial<BackendDeclaration> = {}) =>
  linkModel(backend({ name: 'Shop', roles: { buyer: [] }, defaultRole: 'buyer', resources, ...more }))

const columns = () => ({ user_id: text().notNull(), id: text().notNull() })

const users = sqliteTable('users', { id: text().primaryKey(), number: integer().notNull().unique() })
const orders = sqliteTable('orders', columns(), (table) => [
  primaryKey({ columns: [table.user_id, table.id] }),
])
const devices = sqliteTable('devices', { id: integer().notNull(), at: integer().notNull() }, (table) => [
  primaryKey({ columns: [table.id, table.at] }),
])
const sharded = resource(orders, { shardBy: orders.user_id })

test('a table whose key has the shard key is sharded by it', () => {
  const model = linked([sharded, resource(users, {})])
  expect(model.resources.get('orders')?.shardKey?.name).toBe('user_id')
  expect(model.resources.get('users')?.shardKey).toBeNull()
  expect([...model.sharded]).toEqual(['orders'])
})

describe('a column that cannot be a shard key', () => {
  const other = sqliteTable('other', { id: text().notNull() })
  const plain = sqliteTable('plain', { id: text().primaryKey(), user_id: text().notNull() })
  const nullable = sqliteTable('nullable', { user_id: text(), id: text().primaryKey() })
  const fraction = sqliteTable('fraction', { at: real().primaryKey() })
  const numbered = sqliteTable('numbered', { id: integer().primaryKey() })
  const made = sqliteTable('made', { id: text().primaryKey().default(sql`(hex(randomblob(8)))`) })
  const filled = sqliteTable('filled', { id: text().primaryKey().default('eu') })
  const changing = sqliteTable('changing', {
    id: text()
      .primaryKey()
      .$onUpdateFn(() => 'x'),
  })
  const mailed = sqliteTable('mailed', { id: text().primaryKey(), email: text().unique() })
  const paired = sqliteTable('paired', { id: text().primaryKey(), a: text(), b: text() }, (table) => [
    unique().on(table.a, table.b),
  ])
  const partly = sqliteTable('partly', { id: text().primaryKey(), a: text() }, (table) => [
    uniqueIndex('lower_a').on(sql`lower(${table.a})`),
  ])
  test.each<[why: string, resource: () => ResourceDeclaration, says: string]>([
    [
      'of another table',
      () => resource(plain, { shardBy: other.id }),
      "'id', of other, not a column of plain",
    ],
    ['that may be null', () => resource(nullable, { shardBy: nullable.user_id }), 'may be NULL'],
    [
      'that is a fraction',
      () => resource(fraction, { shardBy: fraction.at }),
      'neither a text nor an integer',
    ],
    ['that the database numbers', () => resource(numbered, { shardBy: numbered.id }), 'works out'],
    ['that the database makes', () => resource(made, { shardBy: made.id }), 'works out'],
    ['that the database fills in', () => resource(filled, { shardBy: filled.id }), 'fills in'],
    ['that changes', () => resource(changing, { shardBy: changing.id }), 'works out'],
    ['outside of the primary key', () => resource(plain, { shardBy: plain.user_id }), 'unique by (id)'],
    ['outside of a unique column', () => resource(mailed, { shardBy: mailed.id }), 'unique by (email)'],
    ['outside of a constraint', () => resource(paired, { shardBy: paired.id }), 'unique by (a, b)'],
    ['outside of a unique index', () => resource(partly, { shardBy: partly.id }), 'unique by ()'],
    [
      'beside a cache',
      () => resource(orders, { shardBy: orders.user_id, ...{ cache: { maxAge: 1 } } }),
      'cache',
    ],
  ])('%s', (_, declared, says) => {
    expect(() => linked([declared()])).toThrow(TypeError)
    expect(() => linked([declared()])).toThrow(says)
  })
})

describe('a collation', () => {
  const of = (type: string) => customType<{ data: string }>({ dataType: () => type })
  const noted = (type: string) => {
    const table = sqliteTable('noted', { id: text().primaryKey(), note: of(type)() })
    return resource(table, { shardBy: table.id })
  }
  const keyed = (type: string) => {
    const table = sqliteTable('keyed', { id: of(type)().primaryKey() })
    return resource(table, { shardBy: table.id })
  }

  test.each(['text collate nocase', 'TEXT COLLATE "RTRIM"', 'text\ncollate/**/nocase'])(
    'that is not of bytes: %s',
    (type) => {
      expect(() => linked([noted(type)])).toThrow(TypeError)
      expect(() => linked([noted(type)])).toThrow("noted: shardBy names 'id', and 'note' has a collation")
      expect(() => linked([keyed(type)])).toThrow("keyed: shardBy names 'id', and 'id' has a collation")
    },
  )
})

describe('a foreign key', () => {
  /** A table with its user, the id of an order, and a key to somewhere. */
  const child = (to: (table: ReturnType<typeof columnsOf>) => ReturnType<typeof foreignKey>) =>
    sqliteTable('items', { ...columns(), order_id: text().notNull(), number: integer() }, (table) => [
      primaryKey({ columns: [table.user_id, table.id] }),
      to(table as never),
    ])
  const columnsOf = () => sqliteTable('x', { ...columns(), order_id: text().notNull(), number: integer() })

  test('from shard key to shard key is a relation', () => {
    const items = child((table) =>
      foreignKey({ columns: [table.user_id, table.order_id], foreignColumns: [orders.user_id, orders.id] }),
    )
    const model = linked([sharded, resource(items, { shardBy: items.user_id })])
    expect(model.resources.get('orders')?.relations.map(({ to }) => to.name)).toEqual(['items'])
  })

  test.each<[where: string, to: Parameters<typeof child>[0], resources: readonly ResourceDeclaration[]]>([
    [
      'past the shard key',
      (table) =>
        foreignKey({ columns: [table.order_id, table.user_id], foreignColumns: [orders.user_id, orders.id] }),
      [sharded],
    ],
    [
      'to a table that is not sharded',
      (table) => foreignKey({ columns: [table.user_id], foreignColumns: [users.id] }),
      [resource(users, {})],
    ],
    [
      'to a table that is no resource',
      (table) => foreignKey({ columns: [table.user_id], foreignColumns: [users.id] }),
      [],
    ],
    [
      'to a shard key of another kind',
      (table) =>
        foreignKey({ columns: [table.user_id, table.number], foreignColumns: [devices.id, devices.at] }),
      [resource(devices, { shardBy: devices.id })],
    ],
  ])('%s could not hold', (_, to, resources) => {
    const items = child(to)
    expect(() => linked([...resources, resource(items, { shardBy: items.user_id })])).toThrow(
      'could not hold over several databases',
    )
  })

  test('from a table that is not sharded could not hold', () => {
    const items = child((table) =>
      foreignKey({ columns: [table.user_id, table.order_id], foreignColumns: [orders.user_id, orders.id] }),
    )
    expect(() => linked([sharded, resource(items, {})])).toThrow(
      'items: the foreign key (user_id, order_id) to orders',
    )
  })
})

describe('what asks another database is refused', () => {
  const inOrders = () => exists(orders, eq(orders.user_id, users.id))
  const ofUsers = () => exists(users, eq(users.id, orders.user_id))
  test.each<[what: string, resources: () => readonly ResourceDeclaration[], says: string]>([
    [
      'a policy of the main database over a shard',
      () => [sharded, resource(users, { read: inOrders })],
      'users: its policy queries orders, which is sharded',
    ],
    [
      'a policy of a shard over the main database',
      () => [resource(orders, { shardBy: orders.user_id, delete: ofUsers }), resource(users, {})],
      'orders: its policy queries users',
    ],
    [
      'the condition of an event of a shard',
      () => [resource(orders, { shardBy: orders.user_id, after: ({ emit }) => emit('x', {}, ofUsers()) })],
      "orders: event 'x' queries users",
    ],
  ])('%s', (_, resources, says) => {
    expect(() => linked(resources())).toThrow(says)
  })

  test('tenants, whose rows would lie together', () => {
    const declared = () => linked([sharded, resource(users, {})], { tenants: { from: 'path' } })
    expect(declared).toThrow('orders: it has shardBy, and the backend has tenants')
    expect(() => linked([resource(users, {})], { tenants: { from: 'path' } })).not.toThrow()
  })

  test('a profile, and the rows of a procedure', () => {
    const profile = { table: orders, values: () => ({}) }
    expect(() => linked([sharded], { profile })).toThrow('orders: it is the profile of a sign-up')
    const procedures = { all: procedure({ returns: orders, handler: ({ db }) => db.rows(orders, true) }) }
    expect(() => linked([sharded], { procedures })).toThrow("procedure 'all' returns rows of orders")
  })
})

describe('what a verdict says of a column', () => {
  const id = callerValue('id')
  const mine = eq(orders.user_id, id)
  const caller = { kind: 'caller', name: 'id' }
  const constant = { kind: 'constant', value: { type: 'text', value: 'x' } }
  test.each<[verdict: string, verdict: Verdict, pin: unknown]>([
    ['an equality', mine, caller],
    ['one that is turned round', sql`${id} = ${orders.user_id}`, caller],
    ['a constant', eq(orders.user_id, 'x'), constant],
    ['within and()', and(eq(orders.id, 'y'), mine), caller],
    ['within and() within and()', and(and(eq(orders.id, 'y'), and(mine, true)), sql`1 = 1`), caller],
    ['beside or()', and(or(eq(orders.id, 'y'), eq(orders.id, 'z')), mine), caller],
    ['beside an or of the text in parentheses', and(sql`(${orders.id} = 'or' or 1)`, mine), caller],
    ['or() of one', or(false, mine), caller],
    ['or() of two', or(mine, eq(orders.id, 'y')), null],
    ['not()', not(mine), null],
    ['another column', eq(orders.id, id), null],
    ['a column of the same name', eq(users.id, id), null],
    ['two columns', eq(orders.user_id, orders.id), null],
    ['more than a value', sql`${orders.user_id} = ${id} || 'x'`, null],
    ['text behind it', sql`${orders.user_id} = ${id} or true`, null],
    ['an or without parentheses beside it', and(sql`1 = 0 or 1 = 1`, mine), null],
    ['another operator', sql`${orders.user_id} >= ${id}`, null],
    ['a subquery', exists(users as SQLiteTable, mine), null],
    ['everything', true, null],
    ['nothing', false, null],
  ])('%s', (_, verdict, pin) => {
    expect(pinnedBy(verdict, orders.user_id)).toEqual(pin)
  })
})
