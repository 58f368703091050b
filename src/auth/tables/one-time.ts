import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant, now } from './instant.ts'
import { authUsers } from './users.ts'

/** What was sent by mail, and is good once: a link, and a code to type. Only hashes are kept. */
export const authOneTimeTokens = sqliteTable(
  'auth_one_time_tokens',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    kind: text({
      enum: [
        'signup',
        'magiclink',
        'recovery',
        'invite',
        'email_change_current',
        'email_change_new',
        'reauthentication',
      ],
    }).notNull(),
    /** Where it was sent. */
    email: text().notNull(),
    /** SHA-256 of the token of the link, base64url; null once one of both was brought: nobody brings it again. */
    link_hash: text().unique(),
    /** HMAC of kind, address and code: six digits would be found by trying, without the secret. */
    code_hash: text().notNull(),
    /** How often a wrong code was given: after a few it is good for nothing. */
    failures: integer().notNull().default(0),
    /** The password that was chosen with it, of a sign-up: it holds when this very token is used. */
    password_hash: text(),
    user_metadata: text(),
    /** RFC 7636: the link then ends in a code for who has the verifier. */
    code_challenge: text(),
    code_challenge_method: text({ enum: ['s256', 'plain'] }),
    created_at: instant().notNull().$defaultFn(now),
    expires_at: instant().notNull(),
  },
  (table) => [
    index('auth_one_time_tokens_user_id').on(table.user_id, table.kind),
    index('auth_one_time_tokens_expires_at').on(table.expires_at),
  ],
)

/** A sign-in that ended in a redirect, to be exchanged for a session once (RFC 6749 §4.1.2). */
export const authCodes = sqliteTable(
  'auth_codes',
  {
    /** SHA-256 of the code, base64url. */
    hash: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => authUsers.id, { onDelete: 'cascade' }),
    /** How the user signed in, as `amr` has it. */
    method: text().notNull(),
    code_challenge: text().notNull(),
    code_challenge_method: text({ enum: ['s256', 'plain'] }).notNull(),
    /** What the provider gave, encrypted with the code itself, which is not here. */
    provider_tokens: text(),
    created_at: instant().notNull().$defaultFn(now),
    expires_at: instant().notNull(),
  },
  (table) => [
    index('auth_codes_user_id').on(table.user_id),
    index('auth_codes_expires_at').on(table.expires_at),
  ],
)

/** Something that was begun and is to be ended once, soon: a way to a provider, a ceremony of WebAuthn, a factor's challenge. */
export const authChallenges = sqliteTable(
  'auth_challenges',
  {
    /** Random, or the hash of something random that the client has. */
    id: text().primaryKey(),
    kind: text().notNull(),
    user_id: text().references(() => authUsers.id, { onDelete: 'cascade' }),
    factor_id: text(),
    /** A JSON object; no secret stands in it. */
    payload: text().notNull().default('{}'),
    created_at: instant().notNull().$defaultFn(now),
    expires_at: instant().notNull(),
  },
  (table) => [
    index('auth_challenges_user_id').on(table.user_id),
    index('auth_challenges_expires_at').on(table.expires_at),
  ],
)
