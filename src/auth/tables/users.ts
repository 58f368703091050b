import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { uuidv7 } from '../../base/id.ts'
import { instant, now } from './instant.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** Who can sign in. What the backend wants to know about a person is a table of its own (`Profile`). */
export const authUsers = sqliteTable('auth_users', {
  id: text()
    .primaryKey()
    .$defaultFn(() => uuidv7()),
  /** `anonymous`: somebody who has not said who they are; `machine`: the bearer of API keys. */
  kind: text({ enum: ['person', 'anonymous', 'machine'] })
    .notNull()
    .default('person'),
  /** As `normaliseEmail` writes it, so that the unique index sees one person once. Null of who has given none. */
  email: text().unique(),
  /** What `email` becomes when it is confirmed. */
  new_email: text(),
  /** As `hashPassword` writes it, or brought from elsewhere; null for a user who has no password. */
  password_hash: text(),
  /** One of the backend's roles. A token names the role too, and dies when the two differ. */
  role: text().notNull(),
  /** Raised when what tokens say of the user's rights is not so any more: those with another number are refused. */
  authority: integer().notNull().default(0),
  /** 2 from the first verified factor on: a session of less is not admitted to data. */
  least_aal: integer().notNull().default(1),
  /** What the user may change: never decides what they may do. */
  user_metadata: text({ mode: 'json' }).$type<JsonObject>().notNull().default({}),
  /** What only the server changes; `roles` are roles beside `role`. */
  app_metadata: text({ mode: 'json' }).$type<JsonObject>().notNull().default({}),
  /** Whether the row of the backend's own table is still to be made: when the address is confirmed. */
  awaits_profile: integer({ mode: 'boolean' }).notNull().default(false),
  email_confirmed_at: instant(),
  banned_until: instant(),
  invited_at: instant(),
  confirmation_sent_at: instant(),
  recovery_sent_at: instant(),
  email_change_sent_at: instant(),
  reauthentication_sent_at: instant(),
  last_sign_in_at: instant(),
  created_at: instant().notNull().$defaultFn(now),
  updated_at: instant().notNull().$defaultFn(now),
})

/** An account elsewhere by which a user signs in. That of the e-mail address is no row: it is the user's own. */
export const authIdentities = sqliteTable(
  'auth_identities',
  {
    id: text()
      .primaryKey()
      .$defaultFn(() => uuidv7()),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    /** Such as `google`. */
    provider: text().notNull(),
    /** The `sub` that the provider gives this person, who keeps it when the address changes. */
    provider_id: text().notNull(),
    /** What the provider says of them, `sub`, `email`, `email_verified` and a few more. */
    identity_data: text({ mode: 'json' }).$type<JsonObject>().notNull(),
    /** As `normaliseEmail` writes it; null where the provider tells none. */
    email: text(),
    last_sign_in_at: instant(),
    created_at: instant().notNull().$defaultFn(now),
    updated_at: instant().notNull().$defaultFn(now),
  },
  (table) => [
    uniqueIndex('auth_identities_provider_id').on(table.provider, table.provider_id),
    index('auth_identities_user_id').on(table.user_id),
  ],
)
