import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { nodeCrypto } from '../../../base/crypto.ts'
import { membersOf } from '../provider.ts'
import { documentAt, pauseMilliseconds } from './documents.ts'
import { UpstreamError } from './fetch.ts'
import { idTokenAlgorithms, issuerOf, type KnownProvider } from './server.ts'

/** Why an ID token is not good: for who made it to find out, and nothing of it. */
export class IdTokenError extends Error {
  override readonly name = 'IdTokenError'
}

export interface IdTokenChecks {
  /** Any of these. */
  readonly audiences: readonly string[]
  /** What it was given beside: `at_hash` must fit it. */
  readonly accessToken: string | null
  readonly nowMilliseconds: number
}

const maxLength = 16_384
/** Apple's live longest: a day. */
const maxAgeSeconds = 86_400
/** The clock of the provider is not this one. */
const clockToleranceSeconds = 60

/**
 * The claims of an ID token that came by a client (OpenID Connect Core §3.1.3.7, RFC 8725). The key comes from the issuer's
 * own URL, which the author wrote: none that a token names is ever asked.
 * @throws IdTokenError, UpstreamError
 */
export async function verifyIdToken(
  token: string,
  provider: KnownProvider,
  checks: IdTokenChecks,
): Promise<JWTPayload> {
  if (token.length > maxLength) throw new IdTokenError('The ID token is too long.')
  const { jwks } = provider.endpoints
  if (jwks === null) throw new IdTokenError('This provider has no ID tokens.')
  const { audiences, accessToken, nowMilliseconds } = checks
  const options = {
    issuer: issuerOf(provider, claimsIn(token)),
    audience: [...audiences],
    algorithms: [...idTokenAlgorithms],
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
    // Also says that `iat` is a number and not in the future.
    maxTokenAge: maxAgeSeconds,
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(nowMilliseconds),
  }
  const verify = async (maxAge?: number) =>
    jwtVerify(token, keysOf(await documentAt(jwks, nowMilliseconds, maxAge)), options)
  try {
    const { payload, protectedHeader } = await verify().catch((error: unknown) => {
      // It may be signed with a key that is newer than what is known of them.
      if (error instanceof errors.JWKSNoMatchingKey) return verify(pauseMilliseconds)
      throw error
    })
    // A token of another purpose says which in `typ` (RFC 8725 §3.11).
    if (protectedHeader.typ !== undefined && protectedHeader.typ.toUpperCase() !== 'JWT')
      throw new IdTokenError('The token is no ID token.')
    requireParty(payload, audiences)
    requireHash(payload.at_hash, accessToken, protectedHeader.alg)
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new IdTokenError('The ID token is not valid.')
    throw error
  }
}

/** Nothing of it is believed yet. */
function claimsIn(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    throw new IdTokenError('The ID token is not valid.')
  }
}

/** By document, so that a key is imported once. */
const keySets = new WeakMap<object, ReturnType<typeof createLocalJWKSet>>()

function keysOf(document: unknown): ReturnType<typeof createLocalJWKSet> {
  if (!isKeySet(document)) throw new UpstreamError('the provider has no keys')
  const made = keySets.get(document) ?? createLocalJWKSet(document)
  keySets.set(document, made)
  return made
}

function isKeySet(document: unknown): document is JSONWebKeySet {
  const { keys } = membersOf(document)
  return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)
}

/** A token for several, or one that another party asked for, names that party: it must be one of ours. */
function requireParty({ aud, azp }: JWTPayload, audiences: readonly string[]): void {
  if (azp === undefined && !(Array.isArray(aud) && aud.length > 1)) return
  if (typeof azp !== 'string' || !audiences.includes(azp))
    throw new IdTokenError('The ID token was made for another party.')
}

/** OpenID Connect Core §3.1.3.6: the left half of a hash, with the hash of the signature's algorithm. */
function requireHash(expected: unknown, accessToken: string | null, algorithm: string): void {
  if (accessToken === null || expected === undefined) return
  const bits = /(256|384|512)$/.exec(algorithm)?.[1] ?? '512'
  const hash = nodeCrypto().createHash(`sha${bits}`).update(accessToken).digest()
  if (hash.subarray(0, hash.length / 2).toString('base64url') !== expected)
    throw new IdTokenError('The access token does not belong to the ID token.')
}
