import { Problem } from '../../base/problem.ts'
import { type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import { callerValues, type UserCaller } from '../../model/caller/caller.ts'
import { toStatement } from '../../model/expression.ts'
import { type Account, isBanned } from '../account/account.ts'
import { entrusting, standing } from '../admission.ts'
import { badToken, userCaller } from '../caller.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'

/** The user who asks for something about their own account, for the transaction that does it. */
export interface Asker {
  readonly caller: UserCaller
  readonly nowMilliseconds: number
  /** Holds while the session stands: for what somebody may do who has yet to show a second factor. */
  readonly standing: Condition
  /** Holds while it stands, and is as well assured as the user's factors ask for; never of an app. */
  readonly admitted: Condition
  /** Tells which of them holds: to stand before what changes that. */
  readonly read: Statement
  /** Goes by what `read` told. @throws Problem session_not_found, user_banned, bad_jwt or insufficient_aal */
  require(need: 'standing' | 'admitted', told: Result | undefined): void
}

/** @throws Problem no_authorization for a caller without an access token */
export function askerOf(context: AuthContext): Asker {
  const caller = userCaller(context)
  const nowMilliseconds = context.get('server').clock.nowMilliseconds()
  const values = callerValues(caller, nowMilliseconds)
  const [stands, isAdmitted] = [toStatement(standing(), values), toStatement(entrusting(), values)]
  return {
    caller,
    nowMilliseconds,
    standing: stands,
    admitted: isAdmitted,
    read: {
      sql: `select json_object('role', role, 'authority', authority, 'bannedUntil', banned_until, 'standing', ${stands.sql}, 'admitted', ${isAdmitted.sql})
from auth_users where id = ?`,
      args: [...stands.args, ...isAdmitted.args, textValue(caller.id)],
    },
    require(need, told) {
      const json = textOf(told?.rows[0]?.[0])
      if (json === null) throw new Problem('session_not_found')
      const holds: Told = JSON.parse(json)
      if (holds[need] === 1) return
      throw holds.standing === 1 ? new Problem('insufficient_aal') : refusalOf(caller, holds, nowMilliseconds)
    },
  }
}

/** As `askerOf`, of somebody who has said who they are. @throws Problem no_authorization of an anonymous user */
export function namedAsker(context: AuthContext): Asker {
  const asker = askerOf(context)
  if (!asker.caller.isAnonymous) return asker
  throw new Problem('no_authorization', {
    status: 403,
    message: 'Anonymous users have no way of signing in that could be made safer.',
  })
}

/** Why the session of a token does not stand, by what is so of its user now. */
export function refusalOf(caller: UserCaller, user: Rights, nowMilliseconds: number): Problem {
  if (isBanned(user, nowMilliseconds)) return new Problem('user_banned')
  // A new role needs a new token, not a new session: the client refreshes.
  const isOther = user.role !== caller.role || user.authority !== caller.authority
  return isOther ? badToken() : new Problem('session_not_found')
}

type Rights = Pick<Account, 'role' | 'authority' | 'bannedUntil'>

interface Told extends Rights {
  readonly standing: number
  readonly admitted: number
}
