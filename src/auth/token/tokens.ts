import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { uuidv7 } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { type CheckedToken, readClaims, type TokenSubject, tokenAudience } from './claims.ts'
import type { SigningKeys, VerifyingKey } from './keys.ts'

/** As GoTrue's default: `expires_in` of an answer. */
export const accessTokenSeconds = 3_600

/** How far the clocks of two machines may be apart. */
const clockToleranceSeconds = 5

/** RFC 9068 §2.1: no other kind of JWT, such as an id token, is taken for an access token. */
const tokenType = 'at+jwt'

/** The `iss` of every token, from the settings and never from `Host`. */
export function issuerOf(apiUrl: string): string {
  return `${apiUrl}/auth/v1`
}

/** How and when the user proved who they are, as GoTrue writes `amr`. */
export interface Amr {
  readonly method: string
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number
}

/** What else the token says, which this server does not go by. */
export interface TokenFacts {
  readonly amr: readonly Amr[]
  readonly app_metadata: Readonly<Record<string, unknown>>
  /** Of an app that acts for the user: `client_id` and `scope` (RFC 9068 §2.2). */
  readonly app?: { readonly id: string; readonly scope: string } | undefined
}

export interface TokenContext {
  /** `iss`: `issuerOf(apiUrl)`. */
  readonly issuer: string
  /** `tenant`: whose users it speaks for; '' where there are no tenants, and then there is no such claim. */
  readonly tenant: string
  readonly keys: SigningKeys
  readonly nowMilliseconds: number
}

export interface AccessToken {
  readonly token: string
  /** `exp`: seconds since 1970-01-01T00:00:00Z. */
  readonly expiresAt: number
}

/**
 * A JWT as RFC 9068 has it, with the claims that `auth-js` expects of GoTrue (`session_id`, `aal`). What differs: `aud` is
 * GoTrue's word for all of this server and not its URL, and `client_id` stands in the tokens of apps alone, for a user's own
 * sessions belong to no client.
 */
export async function issueAccessToken(
  subject: TokenSubject,
  context: TokenContext,
  facts: TokenFacts = { amr: [], app_metadata: {} },
): Promise<AccessToken> {
  const { signing } = context.keys
  const issuedAt = Math.floor(context.nowMilliseconds / 1_000)
  const expiresAt = issuedAt + accessTokenSeconds
  const token = await new SignJWT({
    // First: whatever the server says itself stands above it.
    ...subject.claims,
    iss: context.issuer,
    ...(context.tenant !== '' && { tenant: context.tenant }),
    aud: tokenAudience,
    sub: subject.id,
    sid: subject.sessionId,
    session_id: subject.sessionId,
    role: subject.role,
    email: subject.email,
    phone: '',
    aal: `aal${subject.aal}`,
    amr: facts.amr,
    app_metadata: { ...facts.app_metadata, ...(subject.roles.length > 0 && { roles: subject.roles }) },
    is_anonymous: subject.isAnonymous,
    ...(facts.app !== undefined && { client_id: facts.app.id, scope: facts.app.scope }),
    ver: subject.authority,
    iat: issuedAt,
    exp: expiresAt,
    jti: uuidv7(context.nowMilliseconds),
  })
    .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: tokenType })
    .sign(signing.privateKey)
  return { token, expiresAt }
}

/**
 * Every check of RFC 8725, without a trip or a fetch. It does not say whether the session still stands: that is
 * `admission`, in the statement that answers.
 *
 * The signature is the dearest part of a read, so each token's is checked once an isolate; its times are checked
 * always. What is kept says that these very bytes were signed: that is nothing by which to revoke or to count.
 * @throws Problem PGRST301 (not a token of this server) or PGRST303 (expired, or claims that are not ours)
 */
export async function verifyAccessToken(token: string, context: TokenContext): Promise<TokenSubject> {
  const { tenant, subject } = await checked(token, context)
  if (tenant !== context.tenant) throw staleToken()
  return subject
}

/** The tenant that a token speaks for: the claim of a token that was verified. @throws as `verifyAccessToken` */
export async function tenantOfToken(token: string, context: CheckContext): Promise<string> {
  return (await checked(token, context)).tenant
}

type CheckContext = Omit<TokenContext, 'tenant'>

async function checked(token: string, context: CheckContext): Promise<CheckedToken> {
  if (token.length > maxTokenLength || !compact.test(token)) throw invalidToken()
  const known = context.keys.verified.get(token)
  if (known !== undefined && isInTime(known, context)) return known
  const { payload } = await verified(token, context)
  const claims = readClaims(payload)
  if (claims === null) throw staleToken()
  context.keys.verified.set(token, claims)
  return claims
}

/** Narrower than what `verified` allows: whatever is not surely in time goes there again. */
function isInTime(
  { issuer, issuedAt, expiresAt }: CheckedToken,
  { issuer: ours, nowMilliseconds }: CheckContext,
): boolean {
  const now = nowMilliseconds / 1_000
  const isCurrent = issuedAt <= now && now < expiresAt
  return isCurrent && now < issuedAt + accessTokenSeconds && issuer === ours
}

/** With all that `auth.claims` and `app_metadata` may hold a token is shorter. */
const maxTokenLength = 8_192

/**
 * Compact serialisation (RFC 7515 §7.1) of a 64-byte signature: no padding, no white space, and the four bits
 * that the last character has too many are zero.
 */
const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{85}[AQgw]$/

async function verified(token: string, context: CheckContext): Promise<{ readonly payload: JWTPayload }> {
  try {
    return await jwtVerify(token, (header) => keyOf(header, context.keys).publicKey, {
      typ: tokenType,
      issuer: context.issuer,
      audience: tokenAudience,
      requiredClaims: ['sub', 'sid', 'role', 'jti', 'iat', 'exp'],
      // Also says that `iat` is a number and not in the future.
      maxTokenAge: accessTokenSeconds,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(context.nowMilliseconds),
    })
  } catch (error) {
    if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed)
      throw staleToken()
    if (error instanceof errors.JOSEError) throw invalidToken()
    throw error
  }
}

/**
 * The key by `kid`, with the algorithm that belongs to the key. A header with anything else in it (`jwk`,
 * `jku`, `x5u`, `x5c`, `crit`, `b64`, `zip`) is not one that this server writes.
 */
function keyOf(header: JWTHeaderParameters, keys: SigningKeys): VerifyingKey {
  const key = typeof header.kid === 'string' ? keys.verifying.get(header.kid) : undefined
  if (key === undefined || key.alg !== header.alg) throw invalidToken()
  for (const name in header) if (name !== 'alg' && name !== 'kid' && name !== 'typ') throw invalidToken()
  return key
}

export function invalidToken(): Problem {
  return new Problem('PGRST301', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}

/** The client then refreshes, or signs in anew. */
function staleToken(): Problem {
  return new Problem('PGRST303', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
}
