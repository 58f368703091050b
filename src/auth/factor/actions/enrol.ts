import { nullish, object, string } from 'valibot'
import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import { integerValue, textOf, textOrNull, textValue } from '../../../base/statement.ts'
import { namedAsker } from '../../asker/asker.ts'
import type { Action } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import type { FactorKind, FactorKinds } from '../kind.ts'
import { factorNameOf } from '../name.ts'
import { isFactorType } from '../stored.ts'

/** As many as GoTrue allows, verified or not. */
const mostFactors = 10
/** Of a factor that nobody has verified, as GoTrue's. */
const unverifiedMilliseconds = 300_000

const enrolBody = object({
  factor_type: string(),
  friendly_name: nullish(string()),
  issuer: nullish(string()),
})

/**
 * `POST /factors`: begins a second factor, which counts when it was shown once. One trip. Where there is one already it must
 * have been shown (aal2).
 * @throws Problem insufficient_aal, mfa_factor_name_conflict, too_many_enrolled_mfa_factors, mfa_…_enroll_not_enabled
 */
export function enrol(kinds: FactorKinds): Action {
  return async (context) => {
    const timing = context.get('timing')
    const asker = namedAsker(context)
    const body = await readBody(context.req.raw, enrolBody)
    const kind = kindOf(kinds, body.factor_type)
    const name = factorNameOf(body.friendly_name)
    const issuer = factorNameOf(body.issuer)
    const { caller, nowMilliseconds } = asker
    const id = uuidv7(nowMilliseconds)
    const { secret, answer } = await kind.enrol(context, { id, account: caller.email ?? caller.id, issuer })
    timing.mark('parse')

    const [now, user] = [integerValue(nowMilliseconds), textValue(caller.id)]
    const friendlyName = textOrNull(name)
    const results = await context.get('database').transact(
      [
        asker.read,
        {
          sql: `delete from auth_factors where user_id = ? and status = 'unverified' and created_at <= ?`,
          args: [user, integerValue(nowMilliseconds - unverifiedMilliseconds)],
        },
        {
          sql: `select count(*), coalesce(sum(name = ?), 0) from auth_factors where user_id = ?`,
          args: [friendlyName, user],
        },
        {
          sql: `insert into auth_factors (id, user_id, type, status, name, secret, created_at, updated_at)
select ?, ?, ?, 'unverified', ?, ?, ?, ? where ${asker.admitted.sql}
  and (select count(*) from auth_factors where user_id = ?) < ${mostFactors}
  and not exists (select 1 from auth_factors where user_id = ? and name = ?)`,
          args: [
            ...[textValue(id), user, textValue(body.factor_type), friendlyName],
            ...[textOrNull(secret), now, now],
            ...[...asker.admitted.args, user, user, friendlyName],
          ],
        },
      ],
      timing,
    )
    timing.mark('db')
    asker.require('admitted', results[0])
    if (results.at(-1)?.affectedRows !== 1) {
      const sameName = textOf(results[2]?.rows[0]?.[1]) !== '0'
      throw new Problem(sameName ? 'mfa_factor_name_conflict' : 'too_many_enrolled_mfa_factors')
    }
    const made = { id, type: body.factor_type, friendly_name: name ?? '' }
    return context.json({ ...made, ...answer }, 200, { 'cache-control': 'no-store' })
  }
}

function kindOf(kinds: FactorKinds, type: string): FactorKind {
  if (!isFactorType(type)) {
    throw new Problem('validation_failed', { message: 'factor_type needs to be totp or webauthn.' })
  }
  const kind = kinds[type]
  if (kind === undefined) throw new Problem(`mfa_${type}_enroll_not_enabled`)
  return kind
}
