import { eq, sql } from 'drizzle-orm'
import { check, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { or, resource, timestamps } from '../index.ts'

/**
 * Profiles. The e-mail address stays with the credentials in `auth`: a copy here would have to be kept current,
 * and a field rule knows roles only, so it could not show the address to its owner and hide it from the others.
 */
export const users = sqliteTable(
  'users',
  {
    /** The id of the user in `auth`, so it is given and never generated. */
    id: text().primaryKey(),
    display_name: text().notNull(),
    /** ISO 3166-1 alpha-2. */
    country: text(),
    ...timestamps(),
  },
  (table) => [
    check('users_display_name_check', sql`length(${table.display_name}) between 1 and 80`),
    check('users_country_check', sql`length(${table.country}) = 2`),
  ],
)

/** One's own profile; staff see all. A review is signed by its own `author_name`, so no stranger needs a profile. */
export default resource(users, {
  description: 'Profiles of customers and staff.',
  read: ({ caller }) => or(caller.has('staff'), caller.signedIn && eq(users.id, caller.id)),
})
