import { Problem } from '../../../base/problem.ts'
import { namedAsker } from '../../asker/asker.ts'
import { userCaller } from '../../caller.ts'
import type { AuthContext } from '../../context.ts'
import { recoveryFactorId } from '../recovery/code.ts'
import { factorRemoval } from '../removal.ts'
import { factorIn, readFactor } from '../stored.ts'
import { tellOfFactor } from '../tell.ts'

/**
 * `DELETE /factors/{id}`: one trip. Of who has a verified factor, a session that has shown one (aal2) is wanted, whichever factor
 * goes. When that was verified all access tokens of the user are refused from now on, the asker's too: `refreshSession()`.
 * @throws Problem insufficient_aal, mfa_factor_not_found (also of somebody else's)
 */
export function remove(context: AuthContext): Promise<Response> {
  return removeFactor(context, context.req.param('id') ?? '')
}

/** `DELETE /factors/recovery-codes`: none is good any more. One trip, at aal2. @throws as `remove` */
export function removeCodes(context: AuthContext): Promise<Response> {
  return removeFactor(context, recoveryFactorId(userCaller(context).id))
}

async function removeFactor(context: AuthContext, factorId: string): Promise<Response> {
  const timing = context.get('timing')
  const asker = namedAsker(context)
  const { caller, nowMilliseconds } = asker
  timing.mark('parse')
  const removal = factorRemoval(context, {
    userId: caller.id,
    factorId,
    when: asker.admitted,
    nowMilliseconds,
  })
  const results = await context
    .get('database')
    .transact([asker.read, readFactor(factorId, caller.id), ...removal], timing)
  timing.mark('db')
  asker.require('admitted', results[0])
  const factor = factorIn(results[1])
  if (factor === null || results[2]?.affectedRows !== 1) throw new Problem('mfa_factor_not_found')
  if (factor.status === 'verified') {
    tellOfFactor(context, 'factor_removed', factor, factor)
  }
  return context.json({ id: factorId }, 200, { 'cache-control': 'no-store' })
}
