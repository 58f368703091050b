import type { CryptoKey, JWK } from 'jose'
import { type BoundedMap, boundedMap } from '../../base/memory/bounded-map.ts'
import { Problem } from '../../base/problem.ts'
import type { CheckedToken } from './claims.ts'

/** The keys of access tokens, ready to use. */
export interface SigningKeys {
  readonly signing: SigningKey
  /** By `kid`: nothing else verifies, and the key decides the algorithm, never the token (RFC 8725 §3.1). */
  readonly verifying: ReadonlyMap<string, VerifyingKey>
  /** What `/.well-known/jwks.json` answers: the public members only. */
  readonly jwks: { readonly keys: readonly JWK[] }
  /**
   * The claims of tokens that these keys have signed, for sure: `verifyAccessToken` fills it, for to check a signature is
   * a quarter of what a read costs the Worker. Times and issuer are checked each time, and the session by the database.
   */
  readonly verified: BoundedMap<CheckedToken>
}

/** About a kilobyte each. */
const tokensKept = 2_000

export interface SigningKey {
  readonly kid: string
  readonly alg: Algorithm
  readonly privateKey: CryptoKey
}

export interface VerifyingKey {
  readonly alg: Algorithm
  readonly publicKey: CryptoKey
}

/** ES256 is the one that `auth-js` verifies by itself; it asks the server about the others. */
export type Algorithm = 'ES256' | 'EdDSA' | 'Ed25519'

let last: { readonly text: string; readonly keys: SigningKeys } | null = null

/**
 * The keys in SIGNING_KEYS: a JSON array of JSON Web Keys (RFC 7517). The first private key signs, all of them
 * verify; so a new key is added at the end as a public one, then moved to the front.
 * Imported once an isolate. Only the finished value is kept: a promise belongs to the request that made it.
 * @throws Problem UNAVAILABLE_CONFIGURATION that says which key is wrong, never what is in it
 */
export async function signingKeys(text: string): Promise<SigningKeys> {
  if (last?.text === text) return last.keys
  const keys = await importKeys(parse(text))
  last = { text, keys }
  return keys
}

async function importKeys(jwks: readonly unknown[]): Promise<SigningKeys> {
  const verifying = new Map<string, VerifyingKey>()
  const published: JWK[] = []
  let signing: SigningKey | null = null
  for (const [index, jwk] of jwks.entries()) {
    const { kid, alg, publicJwk, privateJwk } = readJwk(jwk, index)
    if (verifying.has(kid)) throw unusable(`two keys have one \`kid\` (key ${index + 1} repeats it)`)
    verifying.set(kid, { alg, publicKey: await importKey(publicJwk, alg, index) })
    published.push({ ...publicJwk, kid, alg, use: 'sig' })
    if (privateJwk !== null) {
      const privateKey = await importKey(privateJwk, alg, index)
      signing ??= { kid, alg, privateKey }
    }
  }
  if (signing === null) throw unusable('none of the keys is a private one')
  return { signing, verifying, jwks: { keys: published }, verified: boundedMap(tokensKept) }
}

interface ReadJwk {
  readonly kid: string
  readonly alg: Algorithm
  readonly publicJwk: JWK
  readonly privateJwk: JWK | null
}

/** Only the members that are named here go on, so that nothing private is ever published. */
function readJwk(jwk: unknown, index: number): ReadJwk {
  if (typeof jwk !== 'object' || jwk === null) throw unusable(`key ${index + 1} is not an object`)
  const member = (name: string): unknown => Object.getOwnPropertyDescriptor(jwk, name)?.value
  const { kid, kty, crv, alg, x, y, d } = Object.fromEntries(
    ['kid', 'kty', 'crv', 'alg', 'x', 'y', 'd'].map((name) => [name, member(name)]),
  )
  if (typeof kid !== 'string' || kid === '') throw unusable(`key ${index + 1} has no \`kid\``)
  if (typeof x !== 'string') throw unusable(`key ${index + 1} has no \`x\``)
  const algorithm = algorithmOf(kty, crv, alg)
  if (algorithm === null) throw unusable(`key ${index + 1} is for neither ES256 (P-256) nor EdDSA (Ed25519)`)
  const publicJwk: JWK =
    algorithm === 'ES256' ? { kty: 'EC', crv: 'P-256', x, y: String(y) } : { kty: 'OKP', crv: 'Ed25519', x }
  return { kid, alg: algorithm, publicJwk, privateJwk: typeof d === 'string' ? { ...publicJwk, d } : null }
}

function algorithmOf(kty: unknown, crv: unknown, alg: unknown): Algorithm | null {
  if (kty === 'EC' && crv === 'P-256') return alg === undefined || alg === 'ES256' ? 'ES256' : null
  if (kty !== 'OKP' || crv !== 'Ed25519') return null
  if (alg === 'Ed25519') return 'Ed25519'
  return alg === undefined || alg === 'EdDSA' ? 'EdDSA' : null
}

async function importKey(jwk: JWK, alg: Algorithm, index: number): Promise<CryptoKey> {
  const algorithm = alg === 'ES256' ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'Ed25519' }
  try {
    return await crypto.subtle.importKey('jwk', jwk, algorithm, false, [
      jwk.d === undefined ? 'verify' : 'sign',
    ])
  } catch {
    // What the platform says may quote the key.
    throw unusable(`key ${index + 1} cannot be imported`)
  }
}

function parse(text: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unusable('it is not JSON')
  }
  if (!Array.isArray(value) || value.length === 0) throw unusable('it is not an array of keys')
  return value
}

function unusable(reason: string): Problem {
  return new Problem('UNAVAILABLE_CONFIGURATION', {
    message: `SIGNING_KEYS cannot be used: ${reason}.`,
    hint: 'Set SIGNING_KEYS to a JSON array of private JSON Web Keys for ES256, each with a `kid`.',
    headers: { 'retry-after': '60' },
  })
}
