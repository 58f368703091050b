import { representation, respond } from '../../base/http/representation.ts'
import type { AuthContext } from '../context.ts'
import { featuresOf } from '../feature.ts'

/**
 * `GET /.well-known/jwks.json`: the public keys. An added key is seen by every cache after these ten minutes, and by auth-js,
 * which keeps what it read, after twenty. None is served stale: that would be longer than who rotates waits.
 */
export function jwks(context: AuthContext): Response {
  const headers = { 'cache-control': 'public, max-age=600', 'content-type': 'application/jwk-set+json' }
  return respond(
    representation(JSON.stringify(context.get('server').keys.jwks), headers),
    context.req.raw.headers,
  )
}

/** `GET /settings`: which ways of signing in are open, and what features say of themselves. */
export function settings(context: AuthContext): Response {
  const { signUp, auth } = context.get('server').backend
  const told = featuresOf(auth?.features).map((feature) => feature.about?.(context.get('server')) ?? {})
  const external = Object.fromEntries(told.flatMap((each) => Object.entries(each.external ?? {})))
  return json(context, {
    ...Object.fromEntries(told.flatMap(Object.entries)),
    external: { anonymous_users: auth?.anonymous === true, email: true, phone: false, ...external },
    disable_signup: signUp === false,
    mailer_autoconfirm: auth?.confirmEmail !== true,
    phone_autoconfirm: false,
    sms_provider: '',
    saml_enabled: false,
  })
}

/** `GET /health`: this part answers; it says nothing about the database. */
export function health(context: AuthContext): Response {
  return json(context, { name: 'Selvage', description: 'Sign-in, as GoTrue answers it' })
}

function json(context: AuthContext, value: unknown): Response {
  const headers = { 'content-type': 'application/json' }
  return respond(representation(JSON.stringify(value), headers), context.req.raw.headers)
}
