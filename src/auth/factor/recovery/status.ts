import { Problem } from '../../../base/problem.ts'
import { textOf, textValue } from '../../../base/statement.ts'
import { askerOf } from '../../asker/asker.ts'
import type { AuthContext } from '../../context.ts'
import { recoveryFactorId } from './code.ts'

/** `GET /factors/recovery-codes`: how many there are, and how many are left. One trip. @throws Problem mfa_factor_not_found */
export async function statusOfCodes(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const id = recoveryFactorId(asker.caller.id)
  timing.mark('parse')
  const [told, found] = await context.get('database').snapshot(
    [
      asker.read,
      {
        sql: `select count(*), sum(used_at is null) from auth_recovery_codes
where user_id = ? and exists (select 1 from auth_factors where id = ?)`,
        args: [textValue(asker.caller.id), textValue(id)],
      },
    ],
    timing,
  )
  timing.mark('db')
  asker.require('standing', told)
  const [total, remaining] = found?.rows[0]?.map((value) => Number(textOf(value))) ?? []
  if (!total) throw new Problem('mfa_factor_not_found')
  const answer = { id, type: 'recovery_code', total, remaining }
  return context.json(answer, 200, { 'cache-control': 'no-store' })
}
