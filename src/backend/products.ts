import { eq, sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, or, resource, role, timestamps } from '../index.ts'
import { categories } from './categories.ts'

export const products = sqliteTable(
  'products',
  {
    id: id(),
    category_id: text()
      .notNull()
      .references(() => categories.id),
    name: text().notNull(),
    description: text().notNull().default(''),
    price_cents: integer().notNull(),
    /** What the shop pays. */
    cost_cents: integer().notNull(),
    stock: integer().notNull().default(0),
    attributes: text({ mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    published: integer({ mode: 'boolean' }).notNull().default(false),
    ...timestamps(),
  },
  (table) => [
    // No index leads with `published`: most rows share its value, and without statistics SQLite would take such
    // an index for as good as one on the category.
    index('products_category_id_published_price_cents_idx').on(
      table.category_id,
      table.published,
      table.price_cents,
    ),
    // The same list for staff, whose policy says nothing of `published`.
    index('products_category_id_price_cents_idx').on(table.category_id, table.price_cents),
    check('products_price_cents_check', sql`${table.price_cents} >= 0`),
    check('products_cost_cents_check', sql`${table.cost_cents} >= 0`),
    check('products_stock_check', sql`${table.stock} >= 0`),
    check('products_attributes_check', sql`json_type(${table.attributes}) = 'object'`),
  ],
)

export default resource(products, {
  description: 'What the shop sells. Prices are in cents.',
  read: ({ caller }) => or(caller.has('staff'), eq(products.published, true)),
  create: role('staff'),
  update: role('staff'),
  delete: role('admin'),
  fields: { cost_cents: { read: role('staff') } },
  embeds: { category: products.category_id },
  search: [products.name, products.description],
  cache: { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400, afterWrite: 'revalidate' },
  audit: true,
  outbox: true,
})
