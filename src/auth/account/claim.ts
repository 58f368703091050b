import { integerValue, type Statement } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { halfDoneTables, wayInTables } from './access.ts'

/** Of a row of `auth_users`: nobody has shown yet that the address is theirs. */
export const unprovedSql = 'auth_users.email is not null and auth_users.email_confirmed_at is null'

/**
 * Of a row of `auth_users`, where addresses need not be confirmed: the address counts as confirmed since the account was
 * made, because nobody was asked to show that it is theirs; neither an operator (`vouched`), an invitation nor a provider says so.
 */
const takenOnTrustSql = `auth_users.email_confirmed_at = auth_users.created_at and auth_users.invited_at is null
  and not exists (select 1 from auth_identities proof where proof.user_id = auth_users.id
    and proof.email = auth_users.email and json_extract(proof.identity_data, '$.email_verified'))`

/** When an address was confirmed that an operator says is its owner's: before there was the account, so not on trust. */
export function vouched(nowMilliseconds: number): number {
  return nowMilliseconds - 1
}

/**
 * For a transaction in which the owner of an address proves it, before it is claimed: where nobody was asked to, it does not
 * count as confirmed any more, so that what was there before goes (`claimAccount`).
 * @param whose a condition over `auth_users`
 */
export function doubtTrust(whose: Condition): Statement {
  return {
    sql: `update auth_users set email_confirmed_at = null where ${whose.sql} and ${takenOnTrustSql}`,
    args: whose.args,
  }
}

export interface AccountToClaim {
  /** Whose address was proved just now: a condition over `auth_users`. Whoever is confirmed already is left alone. */
  readonly whose: Condition
  readonly nowMilliseconds: number
  /** A one-time token that stays, because the transaction has yet to use it: a condition over `auth_one_time_tokens`. */
  readonly except?: Condition
}

/**
 * For a transaction in which the owner of an address proves it, by a link, a code or a provider, before `email_confirmed_at`
 * is set: whatever was there before may be of somebody who registered the address first to have a way in later. So
 * password, sessions, identities, factors, tokens and codes go; the user and the profile stay.
 */
export function claimAccount(context: AuthContext, claimed: AccountToClaim): readonly Statement[] {
  const { nowMilliseconds, except } = claimed
  const whose = { sql: `${claimed.whose.sql} and ${unprovedSql}`, args: claimed.whose.args }
  const users = `(select auth_users.id from auth_users where ${whose.sql})`
  const now = integerValue(nowMilliseconds)
  return [
    ...securityEvent(context, { event: 'account_claimed', whose, nowMilliseconds }),
    {
      sql: `update auth_sessions set revoked_at = ? where revoked_at is null and user_id in ${users}`,
      args: [now, ...whose.args],
    },
    ...[...wayInTables, ...halfDoneTables].map((table) => {
      const isKept = table === 'auth_one_time_tokens' && except !== undefined
      return {
        sql: `delete from ${table} where user_id in ${users}${isKept ? ` and not (${except.sql})` : ''}`,
        args: [...whose.args, ...(isKept ? except.args : [])],
      }
    }),
    {
      sql: `update auth_users set password_hash = null, new_email = null, least_aal = 1, updated_at = ? where ${whose.sql}`,
      args: [now, ...whose.args],
    },
  ]
}
