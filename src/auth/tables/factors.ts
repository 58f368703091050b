import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant, now } from './instant.ts'
import { authUsers } from './users.ts'

/** A second factor; of a user who has recovery codes, a row stands for all of them. */
export const authFactors = sqliteTable(
  'auth_factors',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    type: text({ enum: ['totp', 'webauthn', 'recovery_code'] }).notNull(),
    status: text({ enum: ['unverified', 'verified'] }).notNull(),
    name: text(),
    /** Of TOTP: encrypted with the server's secret. */
    secret: text(),
    /** The time step of the last code that was taken: none is taken twice (RFC 6238 §5.2). */
    last_step: integer(),
    /** Wrong codes one after another, and when the last one came. */
    failures: integer().notNull().default(0),
    failed_at: instant(),
    created_at: instant().notNull().$defaultFn(now),
    updated_at: instant().notNull().$defaultFn(now),
    last_used_at: instant(),
  },
  (table) => [index('auth_factors_user_id').on(table.user_id)],
)

/** A public key of an authenticator (WebAuthn Level 3): a passkey, or that of a second factor. */
export const authCredentials = sqliteTable(
  'auth_credentials',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    /** Null of a passkey. */
    factor_id: text().references(() => authFactors.id, { onDelete: 'cascade' }),
    /** As the authenticator names it, base64url. */
    credential_id: text().notNull().unique(),
    public_key: blob({ mode: 'buffer' }).notNull(),
    /** As it was last; one that goes back was copied. */
    counter: integer().notNull(),
    /** JSON array. */
    transports: text().notNull().default('[]'),
    device_type: text().notNull(),
    is_backed_up: integer({ mode: 'boolean' }).notNull(),
    aaguid: text(),
    name: text(),
    created_at: instant().notNull().$defaultFn(now),
    last_used_at: instant(),
  },
  (table) => [
    index('auth_credentials_user_id').on(table.user_id),
    index('auth_credentials_factor_id').on(table.factor_id),
  ],
)

/** For who has lost a factor: good once each. */
export const authRecoveryCodes = sqliteTable(
  'auth_recovery_codes',
  {
    /** HMAC of user and code. */
    hash: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    created_at: instant().notNull().$defaultFn(now),
    used_at: instant(),
  },
  (table) => [index('auth_recovery_codes_user_id').on(table.user_id)],
)
