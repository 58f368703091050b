import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { readBody, refreshBody } from '../credentials.ts'
import { sessionResponse } from '../session/answer.ts'
import { rotate } from '../session/rotate.ts'
import { throttle } from '../throttle/throttle.ts'

/** An app shows who it is when it refreshes: its tokens are good for nothing here. */
const ownSessions: Condition = { sql: 'auth_sessions.app_id is null', args: [] }

/**
 * `POST /token?grant_type=refresh_token`: one trip.
 * @throws what `Rotation.outcomeOf` throws
 */
export async function refresh(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const body = await readBody(context.req.raw, refreshBody)
  const now = context.get('server').clock.nowMilliseconds()
  timing.mark('parse')
  await throttle(context, 'refresh')
  const rotation = rotate(context, body.refresh_token, ownSessions, now)
  const results = await context.get('database').transact(rotation.statements, timing)
  timing.mark('db')
  const { account, ...session } = rotation.outcomeOf(results)
  return sessionResponse(context, account, {
    ...session,
    refreshToken: rotation.successor.token,
    nowMilliseconds: now,
  })
}
