import { Problem } from '../../../base/problem.ts'
import type { AuthContext } from '../../context.ts'
import { factorRemoval } from '../removal.ts'
import { factorIn, readFactor } from '../stored.ts'
import { tellOfFactor } from '../tell.ts'

/**
 * `DELETE /admin/users/:id/factors/:factor`: sessions that it raised are less assured again, and a user who has no other
 * one needs none. One trip.
 * @throws Problem mfa_factor_not_found
 */
export async function removeFactorOf(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const [userId, factorId] = [context.req.param('id') ?? '', context.req.param('factor') ?? '']
  timing.mark('parse')
  const removal = factorRemoval(context, {
    userId,
    factorId,
    when: { sql: 'true', args: [] },
    nowMilliseconds: context.get('server').clock.nowMilliseconds(),
  })
  const results = await context.get('database').transact([readFactor(factorId, userId), ...removal], timing)
  timing.mark('db')
  const factor = factorIn(results[0])
  if (factor === null) throw new Problem('mfa_factor_not_found')
  tellOfFactor(context, 'factor_removed', factor, factor)
  return context.json({ id: factorId }, 200, { 'cache-control': 'no-store' })
}
