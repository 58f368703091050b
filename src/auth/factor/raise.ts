import {
  integerValue,
  type Result,
  type Statement,
  textOf,
  textOrNull,
  textValue,
} from '../../base/statement.ts'
import { type Account, accountColumnCount, accountColumns, accountOf } from '../account/account.ts'
import type { Asker } from '../asker/asker.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { sessionResponse } from '../session/answer.ts'
import type { Method } from '../session/start.ts'
import { newSecretToken } from '../session/token.ts'
import type { Amr } from '../token/tokens.ts'

export interface SessionRaise {
  /** They raise the session only if it stands and `when` holds: for the start of what a second factor sets going. */
  readonly statements: readonly Statement[]
  /** Holds of the user in `auth_users` whose session was raised by them. */
  readonly raised: Condition
  /** The same, over any table. */
  readonly happened: Condition
  /** Tells how it went: the last one of the transaction. */
  readonly read: Statement
  /** What `read` told, of the results of the whole transaction: null when the session is as it was. */
  outcomeOf(results: readonly Result[]): Raised | null
  /** As GoTrue answers a factor that was shown: a new pair of tokens. */
  respond(raised: Raised): Promise<Response>
}

export interface Raised {
  readonly account: Account
  readonly amr: readonly Amr[]
}

export interface RaiseOptions {
  readonly asker: Asker
  /** What must be so besides the session. */
  readonly when: Condition
  readonly method: Method
  /** Null where it was something else than a factor. */
  readonly factorId: string | null
}

/**
 * The session of the asker becomes one with two factors (aal2). Its refresh tokens go, and a new one comes: who has one that was
 * given out before the second factor gets nothing by it.
 */
export function raiseSession(context: AuthContext, options: RaiseOptions): SessionRaise {
  const { asker, when, method, factorId } = options
  const { caller, nowMilliseconds, standing } = asker
  const refreshToken = newSecretToken()
  const [hash, now] = [textValue(refreshToken.hash), integerValue(nowMilliseconds)]
  const expires = integerValue(nowMilliseconds + context.get('server').sessionLimits.inactivityMilliseconds)
  const happened: Condition = {
    sql: 'exists (select 1 from auth_refresh_tokens given where given.hash = ?)',
    args: [hash],
  }
  const raised: Condition = {
    sql: `auth_users.id = ? and ${happened.sql}`,
    args: [textValue(caller.id), hash],
  }
  const sessionId = textValue(caller.sessionId)
  const seconds = integerValue(Math.floor(nowMilliseconds / 1_000))
  return {
    statements: [
      {
        sql: `insert into auth_refresh_tokens (hash, session_id, created_at)
select ?, auth_sessions.id, ? from auth_sessions where auth_sessions.id = ? and ${standing.sql} and ${when.sql}`,
        args: [hash, now, sessionId, ...standing.args, ...when.args],
      },
      {
        sql: `delete from auth_refresh_tokens where session_id = ? and hash <> ? and ${happened.sql}`,
        args: [sessionId, hash, hash],
      },
      {
        sql: `update auth_sessions set aal = 2, factor_id = ?, amr = ${amrWith}, refreshed_at = ?, expires_at = min(?, coalesce(ends_at, ?))
where id = ? and ${happened.sql}`,
        args: [
          ...[textOrNull(factorId), textValue(method), seconds],
          ...[textValue(method), now, expires, expires, sessionId, hash],
        ],
      },
    ],
    raised,
    happened,
    read: {
      sql: `select ${accountColumns}, (select amr from auth_sessions where id = ?) from auth_users where ${raised.sql}`,
      args: [sessionId, ...raised.args],
    },
    outcomeOf(results) {
      const result = results.at(-1)
      const account = accountOf(result)
      const amr = textOf(result?.rows[0]?.[accountColumnCount])
      return account === null || amr === null ? null : { account, amr: JSON.parse(amr) }
    },
    respond({ account, amr }) {
      const session = { id: caller.sessionId, aal: 2, amr } as const
      return sessionResponse(context, account, {
        ...session,
        refreshToken: refreshToken.token,
        nowMilliseconds,
      })
    },
  }
}

/** The newest first, each method once. */
const amrWith = `(select json_group_array(json(one)) from (
  select json_object('method', ?, 'timestamp', ?) as one
  union all select value from json_each(auth_sessions.amr) where json_extract(value, '$.method') <> ?))`
