import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant, now } from './instant.ts'
import { authUsers } from './users.ts'

/** One sign-in on one device: a family of refresh tokens. Access tokens name it in `sid`. An API key is one, too. */
export const authSessions = sqliteTable(
  'auth_sessions',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    /** Authenticator assurance level: 2 after a second factor. */
    aal: integer().notNull().default(1),
    /** By what it was begun, and raised: `[{"method":"password","timestamp":1700000000}]` (RFC 8176, as GoTrue has it). */
    amr: text().notNull().default('[]'),
    /** The factor that raised it. */
    factor_id: text(),
    /** Of the app that acts for the user; null of the user's own sessions. */
    app_id: text(),
    /** What that app may ask for, separated by spaces (RFC 6749 §3.3). */
    scopes: text(),
    user_agent: text(),
    /** Where it was begun: address, city, country, as far as the platform tells. */
    ip: text(),
    place: text(),
    created_at: instant().notNull().$defaultFn(now),
    refreshed_at: instant().notNull().$defaultFn(now),
    /** Moves on with every refresh, never behind `ends_at`. */
    expires_at: instant().notNull(),
    /** When it ends however often it is refreshed; null: never. */
    ends_at: instant(),
    /** When it was ended: by its user or an operator, by what changed of the account, by a stolen token. Never goes back to null. */
    revoked_at: instant(),
  },
  (table) => [index('auth_sessions_user_id').on(table.user_id)],
)

/**
 * All refresh tokens of a session, the used ones too: an old one that turns up again was stolen
 * (RFC 9700 §4.14.2). A token is used when its successor is made, and is the successor's parent.
 */
export const authRefreshTokens = sqliteTable(
  'auth_refresh_tokens',
  {
    /** SHA-256 of the token, base64url. */
    hash: text().primaryKey(),
    session_id: text()
      .notNull()
      .references(() => authSessions.id, { onDelete: 'cascade' }),
    /** No foreign key: a cascade down a long chain would pass SQLite's limit of 1,000 nested triggers. */
    parent_hash: text(),
    created_at: instant().notNull().$defaultFn(now),
    used_at: instant(),
  },
  (table) => [
    index('auth_refresh_tokens_session_id').on(table.session_id),
    index('auth_refresh_tokens_parent_hash').on(table.parent_hash),
  ],
)

/** A session of a machine. The key names it, and the session's end is the key's. */
export const authApiKeys = sqliteTable(
  'auth_api_keys',
  {
    /** That of its session. */
    id: text()
      .primaryKey()
      .references(() => authSessions.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** SHA-256 of the key, base64url. */
    hash: text().notNull().unique(),
    /** Its last characters, by which people tell keys apart. */
    hint: text().notNull(),
    /** JSON array of roles. */
    roles: text().notNull(),
    /** JSON array of the resources that it may ask for; null: all that its roles may. */
    resources: text(),
    created_at: instant().notNull().$defaultFn(now),
    last_used_at: instant(),
    /** The key that it was rotated to. */
    replaced_by: text(),
  },
  (table) => [index('auth_api_keys_user_id').on(table.user_id)],
)
