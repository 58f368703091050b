import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import { isNotBannedSql } from '../account/account.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { alwaysCommitted } from '../event/commit.ts'
import { securityEvent } from '../event/event.ts'
import { sendLetter } from '../letter.ts'
import { hashed } from '../session/token.ts'
import { redirectOfRequest } from '../url/redirect.ts'
import { linkOf, makeOneTime, type OneTimeToMake } from './make.ts'

/** What can be asked for by whoever knows an address. */
type AskedKind = 'signup' | 'magiclink' | 'recovery'

export interface Asked
  extends Pick<OneTimeToMake, 'passwordHash' | 'data' | 'challenge' | 'nowMilliseconds'> {
  readonly kind: AskedKind
  readonly email: string
  /** Whether the mail of a sign-up is sent once more. */
  readonly isAgain?: boolean
}

export interface Sending {
  /** The same ones whether or not the address is known. The last one tells `send`. */
  readonly statements: readonly Statement[]
  /** After the transaction: the mail, if there is somebody to send it to. Nothing of it is part of the answer. */
  send(result: Result | undefined): void
}

/**
 * A mail with a link and a code for whoever asks with an address. It makes the same rows and takes the same trip for
 * every address; a sign-up of an account that is confirmed is told to its owner, who gets no link.
 */
export function sendOneTime(context: AuthContext, asked: Asked): Sending {
  const { kind, email, nowMilliseconds, isAgain = false } = asked
  const now = integerValue(nowMilliseconds)
  const whose = ownerOf(email, nowMilliseconds)
  // A sign-up leaves its password also where somebody is banned, who gets no mail: sign-in says that it waits (`signIn`).
  const anybody = { sql: "auth_users.email = ? and auth_users.kind = 'person'", args: [textValue(email)] }
  const made = makeOneTime(context, { ...asked, whose: kind === 'signup' ? anybody : whose })
  const redirectTo = redirectOfRequest(context)
  return {
    statements: [
      alwaysCommitted(nowMilliseconds),
      ...made.statements,
      ...(isAgain ? [sameSignUp(made.token)] : []),
      { sql: `update auth_users set ${sentAt[kind]} = ? where ${whose.sql}`, args: [now, ...whose.args] },
      ...securityEvent(context, { event: events[kind], whose, nowMilliseconds }),
      {
        sql: `select auth_users.email_confirmed_at is not null from auth_users where ${whose.sql}`,
        args: whose.args,
      },
    ],
    send(result) {
      const isConfirmed = result?.rows[0]?.[0]
      if (isConfirmed === undefined) return
      if (kind === 'signup' && textOf(isConfirmed) === '1') {
        if (isAgain) return
        sendLetter(context, { about: 'sign_up_of_known', to: email, at: new Date(nowMilliseconds) })
        return
      }
      const link = linkOf(context, kind, made.token, redirectTo)
      sendLetter(context, { about: letters[kind], to: email, link, code: made.code })
    },
  }
}

/**
 * A token that repeats a sign-up has its password, if there was but one: of several it is not known which one is the
 * owner's, and then there is none until the owner sets one.
 */
function sameSignUp(token: string): Statement {
  const hash = textValue(hashed(token).hash)
  return {
    sql: `update auth_one_time_tokens set (password_hash, user_metadata) = (
  select iif(count(*) = count(before.password_hash) and count(distinct before.password_hash) = 1, min(before.password_hash), null),
    iif(count(distinct before.user_metadata) = 1, min(before.user_metadata), null)
  from auth_one_time_tokens before where before.user_id = auth_one_time_tokens.user_id and before.kind = 'signup' and before.id <> auth_one_time_tokens.id)
where link_hash = ?`,
    args: [hash],
  }
}

/** Who has an address, and may come in: a condition over `auth_users`. */
export function ownerOf(email: string, nowMilliseconds: number): Condition {
  return {
    sql: `auth_users.email = ? and auth_users.kind = 'person' and ${isNotBannedSql}`,
    args: [textValue(email), integerValue(nowMilliseconds)],
  }
}

const sentAt = {
  signup: 'confirmation_sent_at',
  magiclink: 'recovery_sent_at',
  recovery: 'recovery_sent_at',
} as const

const events = {
  signup: 'confirmation_requested',
  magiclink: 'magic_link_requested',
  recovery: 'recovery_requested',
} as const

const letters = { signup: 'confirmation', magiclink: 'magic_link', recovery: 'recovery' } as const
