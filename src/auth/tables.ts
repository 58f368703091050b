import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { uuidv7 } from '../base/id.ts'

/** Instants are integers: milliseconds since 1970-01-01T00:00:00Z. */
const instant = () => integer({ mode: 'timestamp_ms' })
const now = () => new Date()

/** Who can sign in. What the backend wants to know about a person is a table of its own (`Profile`). */
export const authUsers = sqliteTable('auth_users', {
  id: text()
    .primaryKey()
    .$defaultFn(() => uuidv7()),
  /** As `normaliseEmail` writes it, so that the unique index sees one person once. */
  email: text().notNull().unique(),
  /** As `hashPassword` writes it; null for a user who has no password. */
  password_hash: text(),
  /** One of the backend's roles. A token names the role too, and dies when the two differ. */
  role: text().notNull(),
  /** What the user may change: never decides what they may do. */
  user_metadata: text({ mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  /** What only the server changes. */
  app_metadata: text({ mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull().default({}),
  email_confirmed_at: instant(),
  banned_until: instant(),
  last_sign_in_at: instant(),
  created_at: instant().notNull().$defaultFn(now),
  updated_at: instant().notNull().$defaultFn(now),
})

/** One sign-in on one device: a family of refresh tokens. Access tokens name it in `sid`. */
export const authSessions = sqliteTable(
  'auth_sessions',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    created_at: instant().notNull().$defaultFn(now),
    refreshed_at: instant().notNull().$defaultFn(now),
    /** Moves on with every refresh. */
    expires_at: instant().notNull(),
    /** Signed out, or a refresh token was used twice. Never goes back to null. */
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
