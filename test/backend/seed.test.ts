import { createHash } from 'node:crypto'
import { getTableColumns, getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { beforeAll, describe, expect, test } from 'vitest'
import backend from '../../src/backend/index.ts'
import seed from '../../src/backend/seed.ts'
import type { Seed, SeedSize } from '../../src/index.ts'

type Row = Readonly<Record<string, unknown>>

/** What the ladder of measurements stands on. */
const counts: Readonly<Record<SeedSize, Readonly<Record<string, number>>>> = {
  small: { users: 6, categories: 8, tags: 12, products: 40, product_tags: 80, orders: 30, reviews: 40 },
  large: {
    users: 1_000,
    categories: 100,
    tags: 200,
    products: 10_000,
    product_tags: 20_000,
    orders: 20_000,
    reviews: 20_000,
  },
}
const items: Readonly<Record<SeedSize, readonly [least: number, most: number]>> = {
  small: [80, 100],
  large: [58_000, 62_000],
}

describe.each(['small', 'large'] as const)('the seed %s', (size) => {
  let made: Seed
  beforeAll(() => {
    made = seed(size)
  })
  const rowsOf = (table: SQLiteTable): readonly Row[] =>
    made.rows.filter((rows) => rows.table === table).flatMap(({ values }) => values)

  test('has as many rows as it says, of every table that is served', () => {
    const { order_items: itemCount, ...rest } = Object.fromEntries(
      made.rows.map(({ table, values }) => [getTableName(table), values.length]),
    )
    expect(rest).toEqual(counts[size])
    const [least, most] = items[size]
    expect(itemCount).toBeGreaterThanOrEqual(least)
    expect(itemCount).toBeLessThanOrEqual(most)
    expect(new Set(made.rows.map(({ table }) => table))).toEqual(
      new Set(backend.resources.map(({ table }) => table)),
    )
  })

  test('is the same twice, and leaves nothing to a default that time or chance decides', () => {
    expect(hashOf(seed(size))).toBe(hashOf(made))
    for (const { table, values } of made.rows) {
      const chosen = Object.entries(getTableColumns(table)).filter(
        ([, { defaultFn }]) => defaultFn !== undefined,
      )
      for (const [property] of chosen)
        expect([getTableName(table), property, values.filter((row) => row[property] === undefined)]).toEqual([
          getTableName(table),
          property,
          [],
        ])
    }
  })

  test('refers to rows that are there, and stand before', () => {
    const seen = new Set<SQLiteTable>()
    let keys = 0
    for (const { table, values } of made.rows) {
      seen.add(table)
      for (const foreignKey of getTableConfig(table).foreignKeys) {
        const { columns, foreignColumns, foreignTable } = foreignKey.reference()
        expect(seen, foreignKey.getName()).toContain(foreignTable)
        const parents = new Set(rowsOf(foreignTable).map((row) => keyOf(row, foreignColumns)))
        const lost = values
          .map((row) => keyOf(row, columns))
          .filter((key) => key !== null && !parents.has(key))
        expect([foreignKey.getName(), lost]).toEqual([foreignKey.getName(), []])
        keys += 1
      }
    }
    expect(keys).toBe(9)
  })

  test('has no key twice', () => {
    for (const { table, values } of made.rows) {
      const { columns, primaryKeys, uniqueConstraints } = getTableConfig(table)
      const unique = [
        ...columns.filter(({ primary, isUnique }) => primary || isUnique).map((column) => [column]),
        ...[...primaryKeys, ...uniqueConstraints].map((constraint) => constraint.columns),
      ]
      for (const key of unique) {
        const keys = new Set(values.map((row) => keyOf(row, key)))
        expect([getTableName(table), keys.size]).toEqual([getTableName(table), values.length])
      }
    }
  })

  test('has an account for each profile, each with an address of its own', () => {
    const [profiles] = made.rows
    expect(made.users.map(({ id }) => id)).toEqual(profiles?.values.map(({ id }) => id))
    expect(new Set(made.users.map(({ email }) => email)).size).toBe(made.users.length)
    expect(made.users.filter(({ role }) => !(role in backend.roles))).toEqual([])
  })
})

function hashOf(value: Seed): string {
  const { users, rows } = value
  const text = JSON.stringify([users, rows.map(({ table, values }) => [getTableName(table), values])])
  return createHash('sha256').update(text).digest('hex')
}

/** Null: a part of it is null, so that it refers to nothing. Columns of the shop are named as their properties. */
function keyOf(row: Row, columns: readonly { readonly name: string }[]): string | null {
  const parts = columns.map(({ name }) => row[name])
  return parts.includes(null) ? null : JSON.stringify(parts)
}
