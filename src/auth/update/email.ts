import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import type { Account } from '../account/account.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { sendLetter } from '../letter.ts'
import { linkOf, makeOneTime } from '../one-time/make.ts'
import { redirectOfRequest } from '../url/redirect.ts'

export interface NewEmail {
  readonly email: string
  readonly challenge: string | null
  /** The user, as long as they may do this. */
  readonly whose: Condition
  readonly now: number
}

export interface EmailChange {
  readonly statements: readonly Statement[]
  /** After the transaction: mails. `result` is that of the last statement. */
  send(result: Result | undefined): void
}

type Current = Pick<Account, 'kind' | 'email' | 'emailConfirmedAt'>

/**
 * Another address: of who is anonymous, where addresses need not be confirmed, at once; else it is asked for at both
 * (`changeAddress`). Whether somebody has the new one already is told to its owner alone.
 */
export function changeEmail(context: AuthContext, current: Current, changed: NewEmail): EmailChange {
  const { whose, email, now } = changed
  const { backend } = context.get('server')
  if (current.kind !== 'anonymous' || backend.auth?.confirmEmail === true)
    return askForChange(context, current, changed)
  return {
    statements: [
      ...securityEvent(context, { event: 'signed_up', whose, nowMilliseconds: now }),
      // Confirmed as of a sign-up, not as of now: it was taken on trust (`doubtTrust`).
      {
        sql: `update auth_users set email = ?, email_confirmed_at = created_at, kind = 'person', updated_at = ?
  where ${whose.sql} and auth_users.kind = 'anonymous'`,
        args: [textValue(email), integerValue(now), ...whose.args],
      },
    ],
    send: () => undefined,
  }
}

/** The rows and mails of a change: also of one that is asked for again. */
export function askForChange(
  context: AuthContext,
  current: Current,
  { email, challenge, whose, now }: NewEmail,
): EmailChange {
  const made = { whose, challenge, nowMilliseconds: now }
  const toNew = makeOneTime(context, { ...made, kind: 'email_change_new', email })
  const address = current.emailConfirmedAt === null ? null : current.email
  const toOld =
    address === null ? null : makeOneTime(context, { ...made, kind: 'email_change_current', email: address })
  const redirectTo = redirectOfRequest(context)
  return {
    statements: [
      {
        sql: `update auth_users set new_email = ?, email_change_sent_at = ?, updated_at = ? where ${whose.sql}`,
        args: [textValue(email), integerValue(now), integerValue(now), ...whose.args],
      },
      ...toNew.statements,
      ...(toOld?.statements ?? []),
      ...securityEvent(context, { event: 'email_change_requested', whose, nowMilliseconds: now }),
      {
        sql: `select exists (select 1 from auth_users taken where taken.email = ?) from auth_users where ${whose.sql}`,
        args: [textValue(email), ...whose.args],
      },
    ],
    send(result) {
      const isTaken = result?.rows[0]?.[0]
      if (isTaken === undefined) return
      const both = { newEmail: email }
      if (toOld !== null && address !== null) {
        const link = linkOf(context, 'email_change_current', toOld.token, redirectTo)
        sendLetter(context, { about: 'email_change_current', to: address, link, code: toOld.code, ...both })
      }
      if (textOf(isTaken) === '1') {
        sendLetter(context, { about: 'sign_up_of_known', to: email, at: new Date(now) })
        return
      }
      const link = linkOf(context, 'email_change_new', toNew.token, redirectTo)
      sendLetter(context, { about: 'email_change_new', to: email, link, code: toNew.code, ...both })
    },
  }
}
