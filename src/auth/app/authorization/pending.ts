import { type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../../base/problem.ts'
import { callerValues } from '../../../model/caller/caller.ts'
import { callerValue } from '../../../model/caller/value.ts'
import type { CallerValues } from '../../../model/expression.ts'
import { entrusting } from '../../admission.ts'
import { type Asker, askerOf } from '../../asker/asker.ts'
import type { AuthContext } from '../../context.ts'
import { hashed, newSecretToken, type SecretToken } from '../../session/token.ts'
import type { AppRules } from '../rules.ts'

/** What somebody decides about: a request of an app, as its id in the address of the page names it. */
export interface Pending {
  readonly id: SecretToken
  /** What the app is given if the user agrees: 256 random bits. */
  readonly code: SecretToken
  readonly asker: Asker
  readonly nowMilliseconds: number
  readonly values: CallerValues
}

/** An app fetches its tokens at once (RFC 6749 §4.1.2: ten minutes at the most). */
const codeMilliseconds = 60_000

/** @throws Problem no_authorization, or validation_failed for a page that is none of the product's */
export function pendingIn(context: AuthContext, rules: AppRules): Pending {
  requireOwnOrigin(context, rules)
  const asker = askerOf(context)
  const { nowMilliseconds } = asker
  return {
    id: hashed(context.req.param('id') ?? ''),
    code: newSecretToken(),
    asker,
    nowMilliseconds,
    values: callerValues(asker.caller, nowMilliseconds),
  }
}

/** As GoTrue: what a browser sends from elsewhere is refused; who is no browser sends no Origin. */
function requireOwnOrigin(context: AuthContext, { consentUrl }: AppRules): void {
  const origin = context.req.header('origin')
  const { settings, backend } = context.get('server')
  const own = [
    settings.siteUrl,
    new URL(consentUrl, settings.siteUrl).href,
    ...(backend.auth?.redirectUrls ?? []),
  ]
  if (origin === undefined || own.some((url) => URL.parse(url)?.origin === origin)) return
  throw new Problem('validation_failed', { message: 'The request comes from an origin that is not allowed.' })
}

/** Over `auth_authorizations`: the one that is meant, while it is open, for a caller who may decide. */
export function isOpen({ id }: Pending): SQL {
  return sql`id = ${id.hash} and status = 'pending' and expires_at > ${callerValue('nowMilliseconds')} and ${entrusting()}`
}

/** Of who looked first. */
export function isTheirs(pending: Pending): SQL {
  return sql`${isOpen(pending)} and user_id = ${callerValue('id')}`
}

/** The user agrees, in this session, and there is a code. */
export function approval(pending: Pending): SQL {
  return sql`update auth_authorizations set status = 'approved', session_id = ${callerValue('sessionId')},
  code_hash = ${pending.code.hash}, expires_at = ${pending.nowMilliseconds + codeMilliseconds}
where ${isTheirs(pending)}`
}
