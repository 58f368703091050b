import { eq, isNull, sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, or, resource, timestamps } from '../index.ts'
import { products } from './products.ts'
import { users } from './users.ts'

export const reviews = sqliteTable(
  'reviews',
  {
    id: id(),
    product_id: text()
      .notNull()
      .references(() => products.id),
    user_id: text()
      .notNull()
      .references(() => users.id),
    /** The name that the author signs with: all that the public learns of the author. */
    author_name: text().notNull(),
    rating: integer().notNull(),
    body: text().notNull().default(''),
    published: integer({ mode: 'boolean' }).notNull().default(false),
    ...timestamps(),
    deleted_at: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    index('reviews_product_id_published_created_at_idx').on(
      table.product_id,
      table.published,
      table.created_at,
    ),
    // For the policy's "own" and the foreign key.
    index('reviews_user_id_idx').on(table.user_id),
    // One review a product from each user; who deletes it may write another one.
    uniqueIndex('reviews_user_id_product_id_unique')
      .on(table.user_id, table.product_id)
      .where(isNull(table.deleted_at)),
    check('reviews_rating_check', sql`${table.rating} between 1 and 5`),
  ],
)

/** The embedded author is null for strangers: `users` shows a profile to its owner and to staff only. */
export default resource(reviews, {
  description: 'Reviews of products, signed with a name that their author chose.',
  read: ({ caller }) =>
    or(caller.has('staff'), eq(reviews.published, true), caller.signedIn && eq(reviews.user_id, caller.id)),
  delete: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(reviews.user_id, caller.id)),
  softDelete: reviews.deleted_at,
  embeds: { product: reviews.product_id, author: reviews.user_id },
  search: [reviews.body],
  cache: { maxAge: 30, staleWhileRevalidate: 300, staleIfError: 86_400, afterWrite: 'revalidate' },
})
