import { Problem } from '../../base/problem.ts'
import { integerValue, type Result, type Statement, textOrNull, textValue } from '../../base/statement.ts'
import { endOtherAccess } from '../account/access.ts'
import type { KnownCaller } from '../asker/known.ts'
import { userCaller } from '../caller.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { tellOwner } from '../letter.ts'
import { claimOneTime } from '../one-time/claim.ts'
import { hashPassword, verifyPassword } from '../password/hash.ts'
import { requireStrong } from '../password/rules.ts'
import { throttle } from '../throttle/throttle.ts'

/** How long a session counts as one that has just signed in, as GoTrue has it. */
const recentMilliseconds = 24 * 3_600_000

export interface NewPassword {
  readonly password: string
  readonly nonce: string | null
  /** The user, as long as they may do this. */
  readonly guard: Condition
  readonly now: number
}

export interface PasswordChange {
  readonly statements: readonly Statement[]
  /** The user whose password these statements have changed. */
  readonly whose: Condition
  /** Why they have changed none. */
  refusal(results: readonly Result[]): Problem
  /** A mail to the owner; what was tried counts for nothing. */
  tell(): void
}

/**
 * Another password. Every other session ends with the old one, and so does every link, code and token of the user: it is
 * all one transaction, and what begins a session asks in its own whether hash or token is still there. So whatever races
 * with this either came before, and ends, or comes after, and is refused.
 * @throws Problem weak_password, same_password, reauthentication_needed, over_request_rate_limit
 */
export async function changePassword(
  context: AuthContext,
  { account, passwordHash, sessionCreatedAt }: KnownCaller,
  { password, nonce, guard, now }: NewPassword,
): Promise<PasswordChange> {
  const { backend, bindings } = context.get('server')
  const confirmed = account.emailConfirmedAt === null ? null : account.email
  const isOld = sessionCreatedAt <= now - recentMilliseconds
  const isAsked = backend.auth?.password?.reauthenticate !== false && isOld && confirmed !== null
  if (isAsked && nonce === null) throw new Problem('reauthentication_needed')
  const claim = isAsked
    ? claimOneTime(context, { email: confirmed, code: nonce ?? '' }, ['reauthentication'], now)
    : null
  // What is the same tells the password, and what is refused the code: at an open session as little as at the sign-in.
  const pass = await throttle(context, 'sign_in', { account: account.email ?? account.id })
  if (
    passwordHash !== null &&
    (await verifyPassword(password, passwordHash, backend.auth?.password?.imported))
  )
    throw new Problem('same_password')
  await requireStrong(password, backend.auth?.password, bindings)
  const made = await hashPassword(password)
  context.get('timing').mark('password')

  const id = textValue(account.id)
  // Every hash has a salt of its own: this one is of this change.
  const whose: Condition = {
    sql: 'auth_users.id = ? and auth_users.password_hash = ?',
    args: [id, textValue(made)],
  }
  const old = textOrNull(passwordHash)
  const also = claim === null ? '' : ` and ${claim.whose.sql}`
  return {
    statements: [
      ...(claim?.statements ?? []),
      {
        sql: `update auth_users set password_hash = ?, updated_at = ? where ${guard.sql} and auth_users.password_hash is ?${also}`,
        args: [textValue(made), integerValue(now), ...guard.args, old, ...(claim?.whose.args ?? [])],
      },
      ...endOtherAccess(whose, userCaller(context).sessionId, now),
      ...securityEvent(context, { event: 'password_changed', whose, nowMilliseconds: now }),
    ],
    whose,
    refusal(results) {
      return claim !== null && claim.outcomeOf(results) === 'none'
        ? new Problem('reauthentication_not_valid')
        : new Problem('conflict')
    },
    tell() {
      pass.succeeded()
      tellOwner(context, account, { about: 'password_changed', at: new Date(now) })
    },
  }
}
