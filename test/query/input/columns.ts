import { sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { backend, everyone, resource } from '../../../src/index.ts'
import type { Field } from '../../../src/model/field.ts'
import { linkModel, type Model } from '../../../src/model/model.ts'
import fixture from '../../fixture/index.ts'

/** What the fixture has not: lengths, and every way to be unique. */
const shelf = sqliteTable(
  'shelf',
  {
    room: text().notNull(),
    place: integer().notNull(),
    code: text({ length: 3 }),
    own: text().unique(),
    pair_a: text(),
    pair_b: text(),
    some_rows: text(),
    lower_case: text(),
    indexed: text(),
    'a/b~c': integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.room, table.place] }),
    unique().on(table.pair_a, table.pair_b),
    uniqueIndex('shelf_some').on(table.some_rows).where(sql`${table.place} > 0`),
    uniqueIndex('shelf_lower').on(sql`lower(${table.lower_case})`),
  ],
)

const shelves = linkModel(
  backend({
    name: 'Shelves',
    roles: { reader: [] },
    defaultRole: 'reader',
    resources: [resource(shelf, { read: everyone })],
  }),
)
const fixtures = linkModel(fixture)

export const shelfField = (name: string): Field => fieldOf(shelves, 'shelf', name)
export const sampleField = (name: string): Field => fieldOf(fixtures, 'samples', name)

function fieldOf(model: Model, resourceName: string, name: string): Field {
  const field = model.resources.get(resourceName)?.fields.get(name)
  if (field === undefined) throw new RangeError(name)
  return field
}
