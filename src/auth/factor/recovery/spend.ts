import { object, string } from 'valibot'
import { Problem } from '../../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../../base/statement.ts'
import { askerOf } from '../../asker/asker.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import { throttle } from '../../throttle/throttle.ts'
import { raiseSession } from '../raise.ts'
import { tellOfFactor } from '../tell.ts'
import { isOverSql, waitSeconds } from '../wait.ts'
import { recoveryCodeHash, recoveryFactorId } from './code.ts'

const spendBody = object({ code: string() })

/**
 * `POST /factors/recovery-codes/verify` with `{"code"}`: a recovery code in place of a factor; the session has two from now on.
 * Each is good once, however many use it at once. One trip.
 * @throws Problem mfa_verification_failed; mfa_recovery_codes_locked after wrong ones, for a while that grows with each
 */
export async function spendCode(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const { caller, nowMilliseconds, standing } = asker
  const { code } = await readBody(context.req.raw, spendBody)
  const hash = textValue(recoveryCodeHash(code, caller.id, context.get('server').settings.serverSecret))
  timing.mark('parse')
  const pass = await throttle(context, 'factor', { account: caller.id })
  const [id, now] = [textValue(recoveryFactorId(caller.id)), integerValue(nowMilliseconds)]
  const over = isOverSql('auth_factors.failures', 'auth_factors.failed_at')
  const mayTry: Condition = {
    sql: `exists (select 1 from auth_factors where auth_factors.id = ? and ${over})`,
    args: [id, now],
  }
  const raise = raiseSession(context, {
    asker,
    when: {
      sql: `${mayTry.sql} and exists (select 1 from auth_recovery_codes where hash = ? and user_id = ? and used_at is null)`,
      args: [...mayTry.args, hash, textValue(caller.id)],
    },
    method: 'mfa/recovery_code',
    factorId: null,
  })
  const { happened, raised } = raise
  const results = await context.get('database').transact(
    [
      asker.read,
      {
        sql: `select failures, failed_at, ${over} from auth_factors where id = ?`,
        args: [now, id],
      },
      ...raise.statements,
      {
        sql: `update auth_recovery_codes set used_at = ? where hash = ? and ${happened.sql}`,
        args: [now, hash, ...happened.args],
      },
      ...securityEvent(context, {
        event: 'recovery_code_used',
        whose: raised,
        nowMilliseconds,
        details: { session_id: caller.sessionId },
      }),
      {
        sql: `update auth_factors set failures = failures + 1, failed_at = ?
where id = ? and ${over} and ${standing.sql} and not ${happened.sql}`,
        args: [now, id, now, ...standing.args, ...happened.args],
      },
      {
        sql: `update auth_factors set failures = 0, failed_at = null, last_used_at = ? where id = ? and ${happened.sql}`,
        args: [now, id, ...happened.args],
      },
      raise.read,
    ],
    timing,
  )
  timing.mark('db')
  asker.require('standing', results[0])
  const signedIn = raise.outcomeOf(results)
  if (signedIn !== null) {
    pass.succeeded()
    tellOfFactor(context, 'recovery_code_used', signedIn.account)
    return raise.respond(signedIn)
  }
  const [failures, failedAt, isOver] = results[1]?.rows[0]?.map(textOf) ?? []
  if (isOver !== '0')
    throw new Problem('mfa_verification_failed', { message: 'Invalid recovery code entered' })
  throw new Problem('mfa_recovery_codes_locked', {
    headers: { 'retry-after': waitSeconds(Number(failures), Number(failedAt), nowMilliseconds) },
  })
}
