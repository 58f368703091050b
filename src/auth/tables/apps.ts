import { index, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { instant, now } from './instant.ts'
import { authSessions } from './sessions.ts'
import { authUsers } from './users.ts'

/** Another app that lets its users sign in here (RFC 6749 §2, RFC 7591). */
export const authApps = sqliteTable('auth_apps', {
  /** `client_id`. */
  id: text().primaryKey(),
  name: text().notNull(),
  type: text({ enum: ['public', 'confidential'] }).notNull(),
  registration: text({ enum: ['manual', 'dynamic'] }).notNull(),
  /** SHA-256 of the client secret, base64url; null of a public one. */
  secret_hash: text(),
  token_endpoint_auth_method: text().notNull(),
  /** JSON arrays. */
  redirect_uris: text().notNull(),
  grant_types: text().notNull(),
  scope: text(),
  uri: text(),
  logo_uri: text(),
  created_at: instant().notNull().$defaultFn(now),
  updated_at: instant().notNull().$defaultFn(now),
})

/** A request of an app for what a user may, until the user has decided and the app has fetched its tokens. */
export const authAuthorizations = sqliteTable(
  'auth_authorizations',
  {
    id: text().primaryKey(),
    app_id: text()
      .notNull()
      .references(() => authApps.id, { onDelete: 'cascade' }),
    /** Who looked at it first; nobody else decides. */
    user_id: text().references(() => authUsers.id, { onDelete: 'cascade' }),
    /** The session in which the user agreed: what comes of it ends with the user's right to be there. */
    session_id: text().references(() => authSessions.id, { onDelete: 'cascade' }),
    redirect_uri: text().notNull(),
    scope: text().notNull(),
    state: text(),
    nonce: text(),
    resource: text(),
    /** RFC 7636, S256 alone. */
    code_challenge: text().notNull(),
    status: text({ enum: ['pending', 'approved', 'denied', 'used'] }).notNull(),
    /** SHA-256 of the authorization code, base64url. */
    code_hash: text().unique(),
    /** The session that the code began: a code that comes twice ends it (RFC 6749 §4.1.2). */
    issued_session_id: text(),
    created_at: instant().notNull().$defaultFn(now),
    expires_at: instant().notNull(),
  },
  (table) => [
    index('auth_authorizations_app_id').on(table.app_id),
    index('auth_authorizations_user_id').on(table.user_id),
    index('auth_authorizations_expires_at').on(table.expires_at),
  ],
)

/** What a user lets an app do without being asked again. */
export const authConsents = sqliteTable(
  'auth_consents',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    app_id: text()
      .notNull()
      .references(() => authApps.id, { onDelete: 'cascade' }),
    /** Separated by spaces. */
    scope: text().notNull(),
    granted_at: instant().notNull().$defaultFn(now),
    revoked_at: instant(),
  },
  (table) => [
    uniqueIndex('auth_consents_user_id_app_id').on(table.user_id, table.app_id),
    index('auth_consents_app_id').on(table.app_id),
  ],
)
