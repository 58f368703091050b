import type { Clock } from '../base/clock.ts'
import { equalInConstantTime } from '../base/crypto.ts'
import { Problem } from '../base/problem.ts'
import type { Settings } from '../base/settings.ts'
import { anonymous, type Caller, service, type UserCaller } from '../model/caller/caller.ts'
import type { AuthContext } from './context.ts'
import { callerOfKey, isApiKey } from './machine/key.ts'
import type { SigningKeys } from './token/keys.ts'
import { invalidToken, issuerOf, verifyAccessToken } from './token/tokens.ts'

/**
 * Who asks, by two headers, as Supabase has them: `apikey` says which application, `Authorization` which user.
 * A client without a session sends its key in both, and then the key decides; an access token decides always,
 * also beside the secret key. The API key of a machine stands in either, or in both.
 *
 * A key in the query string counts for nothing: URLs end in logs.
 * @throws Problem PGRST302 (no key, or a wrong one), PGRST301 or PGRST303 (`verifyAccessToken`)
 */
export async function identify(
  headers: Headers,
  settings: Settings,
  keys: SigningKeys,
  clock: Clock,
): Promise<Caller> {
  const machineKey = machineKeyIn(headers)
  const apiKey = headers.get('apikey')
  // Of a machine alone no other key is asked for; one that is there must be right.
  const isAlone = machineKey !== null && (apiKey === null || isApiKey(apiKey))
  const keyHolder = isAlone ? machineOf(machineKey, settings) : holderOf(apiKey, settings)
  const bearer = accessTokenIn(headers)
  if (bearer === null) return machineKey === null ? keyHolder : machineOf(machineKey, settings)
  const subject = await verifyAccessToken(bearer, {
    issuer: issuerOf(settings.apiUrl),
    tenant: settings.tenant,
    keys,
    nowMilliseconds: clock.nowMilliseconds(),
  })
  return { kind: 'user', ...subject, resources: null }
}

/** The access token of a request; null of one that has none. @throws Problem PGRST301 */
export function accessTokenIn(headers: Headers): string | null {
  const bearer = bearerOf(headers.get('authorization'))
  // Both are the client's: nothing to learn from the time of this comparison.
  return bearer === headers.get('apikey') || isApiKey(bearer) ? null : bearer
}

/** The API key of a machine; null of a request that has none. @throws Problem PGRST301 */
export function machineKeyIn(headers: Headers): string | null {
  const keys = [bearerOf(headers.get('authorization')), headers.get('apikey')]
  return keys.find(isApiKey) ?? null
}

/** The same for GoTrue's endpoints, which are for people. @throws Problem no_authorization for a machine */
export function identifyForAuth(...given: Parameters<typeof identify>): Promise<Caller> {
  return inAuthDialect(() => {
    if (machineKeyIn(given[0]) === null) return identify(...given)
    throw new Problem('no_authorization', { message: 'An API key is for data: it is nothing here.' })
  })
}

/** GoTrue has one code for every token that is not good. @throws what `look` throws, a problem of a token as bad_jwt */
export async function inAuthDialect<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof Problem) || !tokenCodes.has(error.code)) throw error
    throw badToken()
  }
}

/** @throws Problem no_authorization for a caller without an access token */
export function userCaller(context: AuthContext): UserCaller {
  const caller = context.get('caller')
  if (caller.kind === 'user') return caller
  throw new Problem('no_authorization', { headers: { 'www-authenticate': 'Bearer' } })
}

/** @throws Problem not_admin for a caller without the secret key */
export function requireSecretKey(context: AuthContext): void {
  if (context.get('caller').kind !== 'service') throw new Problem('not_admin')
}

const tokenCodes: ReadonlySet<string> = new Set(['PGRST301', 'PGRST303'])

/** `auth-js` then refreshes, or lets go of the session. */
export function badToken(): Problem {
  return new Problem('bad_jwt', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}

function holderOf(apiKey: string | null, settings: Settings): Caller {
  if (apiKey === null) {
    throw keyRequired('The header `apikey` is missing: send the publishable key of this server in it.')
  }
  if (equalInConstantTime(apiKey, settings.publishableKey)) return anonymous
  if (equalInConstantTime(apiKey, settings.secretKey)) return service
  throw keyRequired('The header `apikey` is neither the publishable nor the secret key of this server.')
}

function machineOf(key: string, settings: Settings): UserCaller {
  const caller = callerOfKey(key, settings.serverSecret)
  if (caller === null) throw keyRequired('The API key is none of this server.')
  return caller
}

/** RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1). */
function bearerOf(authorization: string | null): string | null {
  if (authorization === null) return null
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw invalidToken()
  return token
}

function keyRequired(message: string): Problem {
  return new Problem('PGRST302', {
    message,
    hint: 'supabase-js sends it when it is the second argument of `createClient`. `npm run status` shows the keys.',
    headers: { 'www-authenticate': 'Bearer' },
  })
}
