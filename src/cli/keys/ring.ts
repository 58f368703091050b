import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { accessTokenSeconds } from '../../auth/token/tokens.ts'
import { Failure } from '../command.ts'

/**
 * A key of SIGNING_KEYS as it is kept. The times are members of our own (RFC 7517 §4), which the Worker neither reads nor
 * publishes; in seconds since 1970.
 */
export interface KeptKey {
  readonly kid: string
  readonly kty: string
  /** The private part. */
  readonly d?: string
  /** Since when others can know its public part. */
  readonly made_at?: number
  /** Since when it signs nothing any more. */
  readonly replaced_at?: number
  readonly [member: string]: unknown
}

export type KeyState = 'signs' | 'next' | 'verifies'

/**
 * How long a new key is known before it signs: `jwks.json` may be ten minutes old in a cache, and auth-js keeps what it
 * read for ten more.
 */
export const knownSeconds = 1_200
/** How long one that signs no more is still good: so long a token may live, and clocks differ. */
const verifiesSeconds = accessTokenSeconds + 60

/** @throws Failure on what is no list of keys */
export function readRing(text: string | undefined): readonly KeptKey[] {
  const keys: unknown = text === undefined ? null : parsed(text)
  if (!Array.isArray(keys) || !keys.every(isKey)) throw new Failure('SIGNING_KEYS is no JSON array of keys.')
  return keys
}

/** What each does: the first private key signs, private ones after it are next, all verify. */
export function stateOf(ring: readonly KeptKey[], key: KeptKey): KeyState {
  if (key.d === undefined) return 'verifies'
  return ring.find(({ d }) => d !== undefined) === key ? 'signs' : 'next'
}

/**
 * One step of a rotation. Without a next key one is made, which all verify and none signs with; with one it signs from now
 * on, and the private part of the former is gone. Each step is to be deployed before the other.
 * @param isHurried also when others may not know the next key yet: of a key that leaked
 * @throws Failure that says when, if it is too soon
 */
export async function rotated(
  ring: readonly KeptKey[],
  nowSeconds: number,
  isHurried: boolean,
): Promise<{ readonly ring: readonly KeptKey[]; readonly says: string }> {
  const next = ring.find((key) => stateOf(ring, key) === 'next')
  if (next === undefined) {
    const made = await newKey(nowSeconds)
    return {
      ring: [...ring, made],
      says: `${made.kid} is next: it signs when you rotate again, from ${time(nowSeconds + knownSeconds)} on.`,
    }
  }
  const readyAt = (next.made_at ?? 0) + knownSeconds
  if (nowSeconds < readyAt && !isHurried) {
    throw new Failure(
      `${next.kid} is not known everywhere yet: rotate again at ${time(readyAt)}, or give --now if a key has leaked.`,
    )
  }
  const others = ring.filter((key) => key !== next)
  const replaced = others.map(({ d, ...key }) =>
    d === undefined ? key : { ...key, replaced_at: nowSeconds },
  )
  return {
    ring: [next, ...replaced],
    says: `${next.kid} signs. Retire the former at ${time(nowSeconds + verifiesSeconds)}.`,
  }
}

/**
 * Without keys by which no token can be alive any more.
 * @param kid one that goes now, whatever was signed with it: who has such a token refreshes
 * @throws Failure when there is none, or it is the one that signs
 */
export function retired(
  ring: readonly KeptKey[],
  nowSeconds: number,
  kid: string | null,
): { readonly ring: readonly KeptKey[]; readonly says: string } {
  const isOver = (key: KeptKey) =>
    stateOf(ring, key) === 'verifies' && (key.replaced_at ?? 0) + verifiesSeconds <= nowSeconds
  const over = ring.filter((key) => (kid === null ? isOver(key) : key.kid === kid))
  const [first] = over
  if (first === undefined) {
    const soonest = ring.filter((key) => stateOf(ring, key) === 'verifies').map((key) => key.replaced_at ?? 0)
    const when =
      kid === null && soonest.length > 0 ? ` before ${time(Math.min(...soonest) + verifiesSeconds)}` : ''
    throw new Failure(`No key is to be retired${when}.`)
  }
  if (stateOf(ring, first) === 'signs') throw new Failure(`${first.kid} signs: rotate first.`)
  return {
    ring: ring.filter((key) => !over.includes(key)),
    says: `Retired: ${over.map((key) => key.kid).join(', ')}.`,
  }
}

/** ES256, named by its thumbprint (RFC 7638). */
export async function newKey(nowSeconds: number): Promise<KeptKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { ...jwk, kty: 'EC', kid, alg: 'ES256', use: 'sig', made_at: nowSeconds }
}

export function time(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 19).concat('Z')
}

function isKey(value: unknown): value is KeptKey {
  if (typeof value !== 'object' || value === null) return false
  return 'kid' in value && typeof value.kid === 'string' && 'kty' in value && typeof value.kty === 'string'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What the platform says may quote the key.
    return null
  }
}
