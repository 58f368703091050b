import { object, string } from 'valibot'
import { Problem } from '../../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../../base/statement.ts'
import type { AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import { askerOf } from '../../session/asker.ts'
import { throttle } from '../../throttle/throttle.ts'
import { raiseSession } from '../raise.ts'
import { tellOfFactor } from '../tell.ts'
import { tooMany } from '../wait.ts'
import { recoveryCodeHash } from './code.ts'
import { triesOf } from './tries.ts'

const spendBody = object({ code: string() })

/**
 * `POST /factors/recovery-codes/verify` with `{"code"}`: a recovery code in place of a factor; the session has two from now on,
 * and its token names the method `recovery_code`. Each is good once, however many use it at once. One trip. Not of GoTrue.
 * @throws Problem mfa_verification_failed, over_request_rate_limit
 */
export async function spendRecoveryCode(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const { caller, nowMilliseconds } = asker
  const { code } = await readBody(context.req.raw, spendBody)
  const hash = textValue(recoveryCodeHash(code, caller.id, context.get('server').settings.serverSecret))
  timing.mark('parse')
  const pass = await throttle(context, 'factor', { account: caller.id })
  const tries = triesOf(asker)
  const raise = raiseSession(context, {
    asker,
    when: {
      sql: `${tries.isOver.sql} and exists (select 1 from auth_recovery_codes where hash = ? and user_id = ? and used_at is null)`,
      args: [...tries.isOver.args, hash, textValue(caller.id)],
    },
    method: 'recovery_code',
    factorId: null,
  })
  const results = await context.get('database').transact(
    [
      asker.read,
      tries.read,
      ...raise.statements,
      {
        sql: `update auth_recovery_codes set used_at = ? where hash = ? and ${raise.happened.sql}`,
        args: [integerValue(nowMilliseconds), hash, ...raise.happened.args],
      },
      ...securityEvent(context, {
        event: 'recovery_code_used',
        whose: raise.raised,
        nowMilliseconds,
        details: { session_id: caller.sessionId },
      }),
      tries.count({ sql: `not ${raise.happened.sql}`, args: raise.happened.args }),
      tries.forget(raise.happened),
      raise.read,
    ],
    timing,
  )
  timing.mark('db')
  asker.require('standing', results[0])
  const raised = raise.outcomeOf(results)
  if (raised !== null) {
    pass.succeeded()
    tellOfFactor(context, 'recovery_code_used', raised.account)
    return raise.respond(raised)
  }
  const [failures, failedAt, isOver] = results[1]?.rows[0]?.map(textOf) ?? []
  if (isOver === '0') throw tooMany(Number(failures), Number(failedAt), nowMilliseconds)
  throw new Problem('mfa_verification_failed', { message: 'Invalid recovery code entered' })
}
