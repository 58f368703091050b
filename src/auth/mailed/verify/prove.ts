import { integerValue, type Statement } from '../../../base/statement.ts'
import { claimAccount, doubtTrust, unprovedSql } from '../../account/claim.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import type { Claim } from '../../one-time/claim.ts'

/**
 * What follows from a token that shows whose the address is: an account that nobody had confirmed is its owner's from
 * now on, with the password that was chosen with this token, or none. The same of an address that counts as confirmed because
 * nobody was asked (`doubtTrust`), but not where a second factor was added since: who reads the mails of somebody who has
 * one must not be rid of it thereby, and it keeps whoever comes now from the data of whoever came first.
 */
export function proveAddress(
  context: AuthContext,
  claim: Claim,
  nowMilliseconds: number,
): readonly Statement[] {
  const now = integerValue(nowMilliseconds)
  const whose = { sql: `${claim.whose.sql} and ${unprovedSql}`, args: claim.whose.args }
  const ofToken = (column: string) => `(select ${column} from auth_one_time_tokens where ${claim.row.sql})`
  return [
    doubtTrust({ sql: `${claim.whose.sql} and auth_users.least_aal = 1`, args: claim.whose.args }),
    ...claimAccount(context, { whose: claim.whose, nowMilliseconds, except: claim.row }),
    ...securityEvent(context, { event: 'email_confirmed', whose, nowMilliseconds }),
    {
      sql: `update auth_users set email_confirmed_at = ?, updated_at = ?, password_hash = ${ofToken('password_hash')},
  user_metadata = coalesce(${ofToken('user_metadata')}, user_metadata) where ${whose.sql}`,
      args: [now, now, ...claim.row.args, ...claim.row.args, ...whose.args],
    },
  ]
}
