import { randomText } from '../../../base/crypto.ts'
import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import { integerValue, textValue } from '../../../base/statement.ts'
import { askerOf } from '../../asker/asker.ts'
import type { Action } from '../../context.ts'
import type { FactorKinds } from '../kind.ts'
import { challengeSeconds, factorIn, readFactor } from '../stored.ts'

/**
 * `POST /factors/{id}/challenge`: begins to show a factor, in this session and within five minutes. One trip. What stands in
 * the body is not looked at: whose credentials are asked for is the server's to say.
 * @throws Problem mfa_factor_not_found, also of somebody else's; mfa_…_verify_not_enabled
 */
export function challenge(kinds: FactorKinds): Action {
  return async (context) => {
    const timing = context.get('timing')
    const asker = askerOf(context)
    const { caller, nowMilliseconds, standing } = asker
    const id = uuidv7(nowMilliseconds)
    const expires = nowMilliseconds + challengeSeconds * 1_000
    const random = randomText(32)
    const factorId = context.req.param('id') ?? ''
    const payload = JSON.stringify({ sessionId: caller.sessionId, challenge: random })
    timing.mark('parse')
    const results = await context.get('database').transact(
      [
        asker.read,
        {
          sql: 'delete from auth_challenges where factor_id = ? and user_id = ? and expires_at <= ?',
          args: [textValue(factorId), textValue(caller.id), integerValue(nowMilliseconds)],
        },
        {
          sql: `insert into auth_challenges (id, kind, user_id, factor_id, payload, created_at, expires_at)
select ?, 'factor', user_id, id, ?, ?, ? from auth_factors where id = ? and user_id = ? and ${standing.sql}`,
          args: [
            ...[textValue(id), textValue(payload), integerValue(nowMilliseconds), integerValue(expires)],
            ...[textValue(factorId), textValue(caller.id), ...standing.args],
          ],
        },
        readFactor(factorId, caller.id),
      ],
      timing,
    )
    timing.mark('db')
    asker.require('standing', results[0])
    const factor = factorIn(results.at(-1))
    if (factor === null || factor.type === 'recovery_code') throw new Problem('mfa_factor_not_found')
    const kind = kinds[factor.type]
    if (kind === undefined) throw new Problem(`mfa_${factor.type}_verify_not_enabled`)
    const more = await kind.ask(context, factor, random)
    const answer = { id, type: factor.type, expires_at: Math.floor(expires / 1_000), ...more }
    return context.json(answer, 200, { 'cache-control': 'no-store' })
  }
}
