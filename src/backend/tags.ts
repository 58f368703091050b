import { eq } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { and, exists, id, or, resource, timestamps, type Verdict } from '../index.ts'
import { products } from './products.ts'

export const tags = sqliteTable(
  'tags',
  {
    id: id(),
    name: text().notNull().unique(),
    published: integer({ mode: 'boolean' }).notNull().default(false),
    ...timestamps(),
  },
  (table) => [index('tags_published_name_idx').on(table.published, table.name)],
)

/** Joins `products` and `tags`, many to many. */
export const product_tags = sqliteTable(
  'product_tags',
  {
    product_id: text()
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    tag_id: text()
      .notNull()
      .references(() => tags.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.product_id, table.tag_id] }),
    index('product_tags_tag_id_idx').on(table.tag_id),
  ],
)

export default resource(tags, {
  description: 'Words that products are found by.',
  read: ({ caller }) => or(caller.has('staff'), eq(tags.published, true)),
  cache: { maxAge: 300, staleWhileRevalidate: 3_600, staleIfError: 86_400, afterWrite: 'revalidate' },
})

export const productTags = resource(product_tags, {
  description: 'Which product has which tag. Seen when both are.',
  read: ({ caller }) => or(caller.has('staff'), and(ofPublishedProduct(), ofPublishedTag())),
  cache: { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400, afterWrite: 'revalidate' },
})

function ofPublishedProduct(): Verdict {
  return exists(products, and(eq(products.id, product_tags.product_id), eq(products.published, true)))
}

function ofPublishedTag(): Verdict {
  return exists(tags, and(eq(tags.id, product_tags.tag_id), eq(tags.published, true)))
}
