import { type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../../base/problem.ts'
import { type Result, textOf } from '../../../base/statement.ts'
import { callerValue } from '../../../model/caller/value.ts'
import { toStatement } from '../../../model/expression.ts'
import type { Action } from '../../context.ts'
import type { AppRules } from '../rules.ts'
import { approval, isOpen, isTheirs, type Pending, pendingIn } from './pending.ts'
import { returnUrl } from './redirect.ts'

/**
 * `GET /oauth/authorizations/:id`: what the page shows, or where it goes on to when the user has agreed to all of it
 * before. One trip. The request belongs to who looks first; for others there is none.
 * @throws Problem oauth_authorization_not_found, validation_failed when it is decided, or what `Asker.require` throws
 */
export function details(rules: AppRules): Action {
  return async (context) => {
    const timing = context.get('timing')
    const pending = pendingIn(context, rules)
    timing.mark('parse')
    const expressions = [
      sql`update auth_authorizations set user_id = ${callerValue('id')} where ${isOpen(pending)} and user_id is null`,
      sql`${approval(pending)} and ${sql.raw(isAgreed)}`,
      readDetails(pending),
    ]
    const statements = expressions.map((each) => toStatement(each, pending.values))
    const results = await context.get('database').transact([pending.asker.read, ...statements], timing)
    timing.mark('db')
    pending.asker.require('admitted', results[0])
    const { isApproved, state, ...shown } = shownIn(results.at(-1))
    const body = isApproved
      ? {
          redirect_url: returnUrl(
            context,
            { redirectUri: shown.redirect_uri, state },
            { code: pending.code.token },
          ),
        }
      : { authorization_id: pending.id.token, ...shown }
    return context.json(body, 200, { 'cache-control': 'no-store' })
  }
}

/**
 * The user has agreed to each scope before. Who the app is must be sure without asking: by its secret, or by an address
 * that is its own; a port of the user's machine is anybody's (RFC 8252 §8.6).
 */
const isAgreed = `exists (
  select 1 from auth_consents join auth_apps on auth_apps.id = auth_consents.app_id
  where auth_consents.user_id = auth_authorizations.user_id and auth_consents.app_id = auth_authorizations.app_id
    and auth_consents.revoked_at is null
    and (auth_apps.type = 'confidential' or auth_authorizations.redirect_uri like 'https://%')
    and not exists (
      select 1 from json_each('["' || replace(auth_authorizations.scope, ' ', '","') || '"]') asked
      where instr(' ' || auth_consents.scope || ' ', ' ' || asked.value || ' ') = 0))`

const readDetails = (pending: Pending): SQL => sql`select json_object(
  'isPending', json(iif(${isTheirs(pending)}, 'true', 'false')),
  'isApproved', json(iif(code_hash is ${pending.code.hash}, 'true', 'false')),
  'redirect_uri', redirect_uri, 'scope', auth_authorizations.scope, 'state', state,
  'client', (select json_patch('{}', json_object('id', id, 'name', name, 'uri', uri, 'logo_uri', logo_uri))
    from auth_apps where auth_apps.id = auth_authorizations.app_id),
  'user', (select json_object('id', id, 'email', coalesce(email, ''))
    from auth_users where auth_users.id = auth_authorizations.user_id))
from auth_authorizations where id = ${pending.id.hash} and user_id = ${callerValue('id')}
  and expires_at > ${callerValue('nowMilliseconds')}`

interface Shown {
  readonly isApproved: boolean
  readonly redirect_uri: string
  readonly scope: string
  readonly state: string | null
  readonly client: Readonly<Record<string, string>>
  readonly user: Readonly<Record<string, string>>
}

function shownIn(result: Result | undefined): Shown {
  const json = textOf(result?.rows[0]?.[0])
  if (json === null) throw new Problem('oauth_authorization_not_found')
  const { isPending, ...shown }: Shown & { readonly isPending: boolean } = JSON.parse(json)
  if (!isPending && !shown.isApproved)
    throw new Problem('validation_failed', { message: 'The authorization request is no longer pending.' })
  return shown
}
