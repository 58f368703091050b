import { sql } from 'drizzle-orm'
import { Problem } from '../../../base/problem.ts'
import { type Statement, textOf } from '../../../base/statement.ts'
import { callerValues } from '../../../model/caller/caller.ts'
import { toStatement } from '../../../model/expression.ts'
import { accountColumnCount, accountColumns, accountOf } from '../../account/account.ts'
import { entrusting, standing } from '../../admission.ts'
import { userCaller } from '../../caller.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import { sendLetter } from '../../letter.ts'

/**
 * `DELETE /user/identities/:id` (`unlinkIdentity`): one trip. Another way in must stay: another identity, a password or a
 * passkey. That of the e-mail address is the user's own and no row: it cannot be unlinked.
 * @throws Problem session_not_found, insufficient_aal, identity_not_found, single_identity_not_deletable
 */
export async function unlinkIdentity(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const caller = userCaller(context)
  const nowMilliseconds = context.get('server').clock.nowMilliseconds()
  const values = callerValues(caller, nowMilliseconds)
  const id = context.req.param('id') ?? ''
  timing.mark('parse')

  const provider = sql`(select provider from auth_identities where id = ${id} and user_id = auth_users.id)`
  const otherWay = sql`(auth_users.password_hash is not null and auth_users.email_confirmed_at is not null
    or exists (select 1 from auth_identities other where other.user_id = auth_users.id and other.id <> ${id})
    or exists (select 1 from auth_credentials where user_id = auth_users.id and factor_id is null))`
  const account = sql.raw(accountColumns)
  const look = toStatement(
    sql`select ${account}, ${standing}, ${entrusting}, ${provider}, ${otherWay} from auth_users where auth_users.id = ${caller.id}`,
    values,
  )
  const whose = toStatement(
    sql`auth_users.id = ${caller.id} and ${entrusting} and ${provider} is not null and ${otherWay}`,
    values,
  )
  const remove: Statement = {
    sql: `delete from auth_identities where id = ? and user_id in (select auth_users.id from auth_users where ${whose.sql})`,
    args: [{ type: 'text', value: id }, ...whose.args],
  }
  const told = securityEvent(context, {
    event: 'identity_unlinked',
    whose,
    nowMilliseconds,
    details: { identity_id: id },
  })
  const [found] = await context.get('database').transact([look, ...told, remove], timing)
  timing.mark('db')

  const owner = accountOf(found)
  const [stands, isAdmitted, unlinked, hasOtherWay] = (found?.rows[0] ?? [])
    .slice(accountColumnCount)
    .map(textOf)
  if (owner === null || stands !== '1') throw new Problem('session_not_found')
  if (isAdmitted !== '1') throw new Problem('insufficient_aal')
  if (unlinked === null || unlinked === undefined) throw new Problem('identity_not_found')
  if (hasOtherWay !== '1') throw new Problem('single_identity_not_deletable')
  if (owner.email !== null && owner.emailConfirmedAt !== null) {
    const at = new Date(nowMilliseconds)
    sendLetter(context, { about: 'identity_unlinked', to: owner.email, at, what: unlinked })
  }
  return context.json({}, 200, { 'cache-control': 'no-store' })
}
