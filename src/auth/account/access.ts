import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'

/**
 * For a transaction that changes what somebody signs in with: all that could still go on with the old one ends. Sessions
 * but the one named, those of apps and API keys too; links, codes, and ceremonies that were begun.
 * @param whose a condition over `auth_users`, which also says whether it happened
 */
export function endOtherAccess(
  whose: Condition,
  sessionId: string,
  nowMilliseconds: number,
): readonly Statement[] {
  const users = `(select auth_users.id from auth_users where ${whose.sql})`
  return [
    {
      sql: `update auth_sessions set revoked_at = ? where revoked_at is null and id <> ? and user_id in ${users}`,
      args: [integerValue(nowMilliseconds), textValue(sessionId), ...whose.args],
    },
    ...halfDoneTables.map((table) => ({
      sql: `delete from ${table} where user_id in ${users}`,
      args: whose.args,
    })),
  ]
}

/** By what a user comes in, or lets others in. With `halfDoneTables` and the sessions that is all that sign-in keeps of one. */
export const wayInTables: readonly string[] = [
  ...['auth_identities', 'auth_credentials', 'auth_factors', 'auth_recovery_codes', 'auth_consents'],
]

/** What is half of a way in, and waits for the other half. */
export const halfDoneTables: readonly string[] = [
  ...['auth_one_time_tokens', 'auth_codes', 'auth_challenges', 'auth_authorizations'],
]
