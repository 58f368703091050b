import { sql } from 'drizzle-orm'
import { Problem } from '../../../base/problem.ts'
import { type Statement, textOf, textValue } from '../../../base/statement.ts'
import { callerValues } from '../../../model/caller/caller.ts'
import { toStatement } from '../../../model/expression.ts'
import { accountColumnCount, accountColumns, accountOf } from '../../account/account.ts'
import { entrusting } from '../../admission.ts'
import { askerOf } from '../../asker/asker.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import { tellOwner } from '../../letter.ts'

/**
 * `DELETE /user/identities/:id` (`unlinkIdentity`): one trip. Another way in must stay: another identity, a password or a
 * passkey. That of the e-mail address is the user's own and no row: it cannot be unlinked.
 * @throws Problem identity_not_found, single_identity_not_deletable, or what `Asker.require` throws
 */
export async function unlinkIdentity(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const asker = askerOf(context)
  const { caller, nowMilliseconds } = asker
  const values = callerValues(caller, nowMilliseconds)
  const id = context.req.param('id') ?? ''
  timing.mark('parse')

  const provider = sql`(select provider from auth_identities where id = ${id} and user_id = auth_users.id)`
  const otherWay = sql`(auth_users.password_hash is not null and auth_users.email_confirmed_at is not null
    or exists (select 1 from auth_identities other where other.user_id = auth_users.id and other.id <> ${id})
    or exists (select 1 from auth_credentials where user_id = auth_users.id and factor_id is null))`
  const account = sql.raw(accountColumns)
  const look = toStatement(
    sql`select ${account}, ${provider}, ${otherWay} from auth_users where auth_users.id = ${caller.id}`,
    values,
  )
  const whose = toStatement(
    sql`auth_users.id = ${caller.id} and ${entrusting()} and ${provider} is not null and ${otherWay}`,
    values,
  )
  const remove: Statement = {
    sql: `delete from auth_identities where id = ? and user_id in (select auth_users.id from auth_users where ${whose.sql})`,
    args: [textValue(id), ...whose.args],
  }
  const event = securityEvent(context, {
    event: 'identity_unlinked',
    whose,
    nowMilliseconds,
    details: { identity_id: id },
  })
  const [asked, found] = await context.get('database').transact([asker.read, look, ...event, remove], timing)
  timing.mark('db')
  asker.require('admitted', asked)

  const owner = accountOf(found)
  const [unlinked, hasOtherWay] = (found?.rows[0] ?? []).slice(accountColumnCount).map(textOf)
  if (owner === null || unlinked === null || unlinked === undefined) throw new Problem('identity_not_found')
  if (hasOtherWay !== '1') throw new Problem('single_identity_not_deletable')
  tellOwner(context, owner, { about: 'identity_unlinked', at: new Date(nowMilliseconds), what: unlinked })
  return context.json({}, 200, { 'cache-control': 'no-store' })
}
