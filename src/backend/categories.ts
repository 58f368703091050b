import { eq } from 'drizzle-orm'
import { type AnySQLiteColumn, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, or, resource, timestamps } from '../index.ts'

export const categories = sqliteTable(
  'categories',
  {
    id: id(),
    /** Null at the top of the tree. */
    parent_id: text().references((): AnySQLiteColumn => categories.id),
    name: text().notNull(),
    published: integer({ mode: 'boolean' }).notNull().default(false),
    ...timestamps(),
  },
  (table) => [index('categories_parent_id_idx').on(table.parent_id, table.published)],
)

export default resource(categories, {
  description: 'The tree of categories.',
  read: ({ caller }) => or(caller.has('staff'), eq(categories.published, true)),
  embeds: { parent: categories.parent_id },
  cache: { maxAge: 300, staleWhileRevalidate: 3_600, staleIfError: 86_400, afterWrite: 'revalidate' },
})
