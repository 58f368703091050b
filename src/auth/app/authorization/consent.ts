import { type SQL, sql } from 'drizzle-orm'
import { object, picklist } from 'valibot'
import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import { type Result, type Statement, textOf, textValue } from '../../../base/statement.ts'
import { callerValue } from '../../../model/caller/value.ts'
import { toStatement } from '../../../model/expression.ts'
import type { Action, AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import type { AppRules } from '../rules.ts'
import { approval, isTheirs, type Pending, pendingIn } from './pending.ts'
import { returnUrl, type Told } from './redirect.ts'

const consentBody = object({ action: picklist(['approve', 'deny']) })

/**
 * `POST /oauth/authorizations/:id/consent`: approve, or deny. One trip; of any number at once one decides. What the user
 * agrees to is remembered; a narrower consent takes the place of a wider one.
 * @throws Problem oauth_authorization_not_found, validation_failed when it is decided, or what `Asker.require` throws
 */
export function consent(rules: AppRules): Action {
  return async (context) => {
    const timing = context.get('timing')
    const pending = pendingIn(context, rules)
    const { action } = await readBody(context.req.raw, consentBody)
    timing.mark('parse')
    const decision =
      action === 'approve' ? approved(context, pending) : [toStatement(denial(pending), pending.values)]
    const statements = [pending.asker.read, readRequest(pending), ...decision]
    const results = await context.get('database').transact(statements, timing)
    timing.mark('db')
    pending.asker.require('admitted', results[0])
    const back = requestIn(results[1])
    const told: Told =
      action === 'approve'
        ? { code: pending.code.token }
        : { error: 'access_denied', error_description: 'User denied the request' }
    return context.json({ redirect_url: returnUrl(context, back, told) }, 200, {
      'cache-control': 'no-store',
    })
  }
}

function approved(context: AuthContext, pending: Pending): readonly Statement[] {
  const { code, nowMilliseconds, values } = pending
  const made = '(select user_id from auth_authorizations where code_hash = ?)'
  return [
    toStatement(approval(pending), values),
    toStatement(rememberConsent(pending), values),
    ...securityEvent(context, {
      event: 'app_authorized',
      whose: { sql: `auth_users.id = ${made}`, args: [textValue(code.hash)] },
      known: {
        sql: `(select json_object('client_id', app_id, 'scope', scope) from auth_authorizations where code_hash = ?)`,
        args: [textValue(code.hash)],
      },
      nowMilliseconds,
    }),
  ]
}

const denial = (pending: Pending): SQL =>
  sql`update auth_authorizations set status = 'denied' where ${isTheirs(pending)}`

const rememberConsent = ({ code, nowMilliseconds }: Pending): SQL => sql`insert into auth_consents
  (id, user_id, app_id, scope, granted_at)
select ${uuidv7(nowMilliseconds)}, user_id, app_id, scope, ${callerValue('nowMilliseconds')}
from auth_authorizations where code_hash = ${code.hash}
on conflict (user_id, app_id) do update set
  scope = excluded.scope, granted_at = excluded.granted_at, revoked_at = null`

/** As it is before the decision. */
function readRequest(pending: Pending): Statement {
  const read = sql`select iif(${isTheirs(pending)}, 1, 0), redirect_uri, state from auth_authorizations
where id = ${pending.id.hash} and user_id = ${callerValue('id')} and expires_at > ${callerValue('nowMilliseconds')}`
  return toStatement(read, pending.values)
}

function requestIn(result: Result | undefined) {
  const [isPending, redirectUri, state] = result?.rows[0] ?? []
  const uri = textOf(redirectUri)
  if (uri === null) throw new Problem('oauth_authorization_not_found')
  if (textOf(isPending) !== '1')
    throw new Problem('validation_failed', { message: 'The authorization request is no longer pending.' })
  return { redirectUri: uri, state: textOf(state) }
}
