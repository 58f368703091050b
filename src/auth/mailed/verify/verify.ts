import { nullish, object, string } from 'valibot'
import { Problem } from '../../../base/problem.ts'
import { identifyForAuth } from '../../caller.ts'
import type { AuthContext } from '../../context.ts'
import { normaliseEmail, readBody } from '../../credentials.ts'
import type { Brought } from '../../one-time/claim.ts'
import { isVerificationType, type VerificationType } from '../../one-time/kind.ts'
import { throttle } from '../../throttle/throttle.ts'
import { useOneTime } from './use.ts'

const verifyBody = object({
  type: string(),
  email: nullish(string()),
  token: nullish(string()),
  token_hash: nullish(string()),
})

/**
 * `POST /verify`: the code that came by mail, with the address, or the token of the link (`token_hash`).
 * @throws Problem over_request_rate_limit; as `useOneTime`
 */
export async function verify(context: AuthContext): Promise<Response> {
  const { settings, keys, clock } = context.get('server')
  // The path stands open for links: what a page asks for comes with a key, as elsewhere.
  context.set('caller', await identifyForAuth(context.req.raw.headers, settings, keys, clock))
  const body = await readBody(context.req.raw, verifyBody)
  const type = verificationType(body.type)
  const brought = broughtIn(body)
  const pass = await throttle(context, 'verify', { account: body.email ?? null })
  const used = await useOneTime(context, { type, brought, into: 'session' })
  pass.succeeded()
  if (used.kind === 'session') return context.json(used.body, 200, { 'cache-control': 'no-store' })
  return context.json({ msg: halfOfChange, code: '200' }, 200, { 'cache-control': 'no-store' })
}

/** GoTrue's words for who has confirmed one of two addresses. */
export const halfOfChange =
  'Confirmation link accepted. Please proceed to confirm link sent to the other email'

/** @throws Problem validation_failed */
export function verificationType(type: string): VerificationType {
  if (isVerificationType(type)) return type
  throw new Problem('validation_failed', { message: 'Verify requires a verification type of e-mail.' })
}

function broughtIn(body: {
  readonly email?: string | null | undefined
  readonly token?: string | null | undefined
  readonly token_hash?: string | null | undefined
}): Brought {
  const { email, token, token_hash: link } = body
  if (typeof link === 'string' && token == null && email == null) return { token: link }
  if (typeof token !== 'string' || typeof email !== 'string' || link != null) {
    throw new Problem('validation_failed', {
      message: 'Verify requires either a token and the email that it was sent to, or a token_hash.',
    })
  }
  // What is no address has no codes: it is looked for all the same.
  return { email: normaliseEmail(email) ?? '', code: token }
}
