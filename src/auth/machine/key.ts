import { equalInConstantTime, randomText, sha256, signature } from '../../base/crypto.ts'
import type { UserCaller } from '../../model/caller/caller.ts'

/** What a key says, so that who asks is known before the trip; the trip says whether it still stands. */
export interface KeyFacts {
  /** Of the key, and of its session. */
  readonly id: string
  /** The machine. */
  readonly userId: string
  /** The first one is `role`, the others are those beside it. */
  readonly roles: readonly [string, ...string[]]
  /** `auth_users.authority`, as tokens have it. */
  readonly authority: number
  /** Names of resources, and of procedures as `rpc/{name}`; null: all that policies allow. */
  readonly resources: readonly string[] | null
}

/** As its holder has it, once, and as it is kept. */
export interface NewKey {
  readonly text: string
  /** SHA-256, base64url. */
  readonly hash: string
  /** Its last characters. */
  readonly hint: string
}

/** The number is that of the form: another one can be told apart later. */
const prefix = 'sb_api_1.'
const purpose = 'api-key-1'
const randomBytes = 16
/** More than all that a key may hold. */
const longest = 4_096

/**
 * `sb_api_1.<facts>.<mac>`: the facts with 128 random bits as JSON, base64url, under an HMAC with the server's secret. Who
 * reads a key learns what it is for, and can change nothing. With another SERVER_SECRET all keys are void.
 */
export function newKey({ id, userId, roles, authority, resources }: KeyFacts, serverSecret: string): NewKey {
  const random = randomText(randomBytes)
  const json = JSON.stringify([id, userId, authority, roles, resources, random])
  const payload = Buffer.from(json).toString('base64url')
  const text = `${prefix}${payload}.${signature(serverSecret, purpose, payload)}`
  return { text, hash: sha256(text), hint: text.slice(-4) }
}

/** Whether a text is meant as such a key. */
export function isApiKey(text: string | null): text is string {
  return text?.startsWith(prefix) === true
}

/** The caller of a key; null of one that this server did not make. */
export function callerOfKey(text: string, serverSecret: string): UserCaller | null {
  if (text.length > longest) return null
  const [payload = '', mac = '', ...more] = text.slice(prefix.length).split('.')
  if (more.length > 0 || !equalInConstantTime(mac, signature(serverSecret, purpose, payload))) return null
  const [id, userId, authority, [role, ...roles], resources]: readonly [
    string,
    string,
    number,
    KeyFacts['roles'],
    KeyFacts['resources'],
  ] = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return {
    kind: 'user',
    id: userId,
    sessionId: id,
    role,
    roles,
    authority,
    resources,
    email: null,
    aal: 1,
    isAnonymous: false,
    claims: {},
  }
}
