import { integerValue, type Result, type Statement, textOf } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import { sendLetter } from '../../letter.ts'
import type { Claim } from '../../one-time/claim.ts'

/** What a token of a change of address led to. */
export interface Changed {
  /** One of both addresses is confirmed: the other one is still to be. */
  readonly isHalf: boolean
  /** Somebody else has the address by now. */
  readonly isTaken: boolean
  readonly oldEmail: string | null
  readonly newEmail: string | null
}

export interface AddressChange {
  /** After the claim; the first one tells `changedBy` how it stands. */
  readonly statements: readonly Statement[]
  /** The user whose address has just become another one. */
  readonly whose: Condition
  /** Instead of the claim's: where one address is confirmed, its row says so until the other one is. */
  readonly end: readonly Statement[]
}

/**
 * A change of address is confirmed at both: the old one, which nobody who sits at an open session can read, and the new
 * one. Who has no confirmed address, or none at all, confirms the new one only. What was confirmed is a row that says
 * so, about this pair of addresses: no row, or one that has gone, confirms nothing.
 */
export function changeAddress(context: AuthContext, claim: Claim, nowMilliseconds: number): AddressChange {
  const now = integerValue(nowMilliseconds)
  const isReady: Condition = { sql: `(not ${hasConfirmed} or ${otherIsConfirmed})`, args: [now] }
  const whose: Condition = {
    sql: `${claim.whose.sql} and ${isReady.sql} and not ${isTaken}`,
    args: [...claim.whose.args, ...isReady.args],
  }
  const changed: Condition = {
    sql: `${claim.whose.sql} and auth_users.new_email is null`,
    args: claim.whose.args,
  }
  return {
    statements: [
      {
        sql: `select auth_users.email, auth_users.new_email, not ${isReady.sql}, ${isTaken} from auth_users where ${claim.whose.sql}`,
        args: [...isReady.args, ...claim.whose.args],
      },
      ...securityEvent(context, { event: 'email_changed', whose, nowMilliseconds }),
      // Tokens that say the old address are refused: policies may go by it.
      {
        sql: `update auth_users set authority = authority + 1, email = new_email, new_email = null, email_confirmed_at = ?, updated_at = ?,
  kind = iif(kind = 'anonymous', 'person', kind) where ${whose.sql}`,
        args: [now, now, ...whose.args],
      },
      // Links and codes that went to the old address.
      {
        sql: `delete from auth_one_time_tokens where user_id in (select auth_users.id from auth_users where ${changed.sql})
  and not (${claim.row.sql})`,
        args: [...changed.args, ...claim.row.args],
      },
      {
        sql: `delete from auth_codes where user_id in (select auth_users.id from auth_users where ${changed.sql})`,
        args: changed.args,
      },
    ],
    whose: changed,
    end: [
      {
        sql: `update auth_one_time_tokens set code_hash = 'confirmed ' || id where ${claim.row.sql}
  and exists (select 1 from auth_users where auth_users.id = auth_one_time_tokens.user_id and auth_users.new_email is not null)`,
        args: claim.row.args,
      },
      claim.end,
    ],
  }
}

/** What the first of the statements said; null where nothing was claimed. */
export function changedBy(result: Result | undefined): Changed | null {
  const row = result?.rows[0]
  if (row === undefined) return null
  const [oldEmail = null, newEmail = null, isHalf, isTakenNow] = row.map(textOf)
  return { oldEmail, newEmail, isHalf: isHalf === '1', isTaken: isTakenNow === '1' }
}

/** To where the account was known: its owner may not know. */
export function tellOfChange(context: AuthContext, { oldEmail, newEmail }: Changed, at: number): void {
  if (oldEmail === null || newEmail === null) return
  sendLetter(context, { about: 'email_changed', to: oldEmail, at: new Date(at), what: newEmail })
}

const hasConfirmed = '(auth_users.email is not null and auth_users.email_confirmed_at is not null)'

const isTaken =
  'exists (select 1 from auth_users other where other.email = auth_users.new_email and other.id <> auth_users.id)'

/** By the kinds there are two rows: the one that is claimed has another mark. */
const otherIsConfirmed = `exists (select 1 from auth_one_time_tokens other
  where other.user_id = auth_users.id and other.code_hash = 'confirmed ' || other.id and other.expires_at > ?
    and other.email = case other.kind when 'email_change_new' then auth_users.new_email
      when 'email_change_current' then auth_users.email end)`
