import { Problem } from './problem.ts'

/** What the operator sets outside the code: the Worker's variables and secrets, checked. */
export interface Settings {
  /** Whose settings they are; '' where a backend is not per tenant. What an isolate or a cache shares has it in its key. */
  readonly tenant: string
  /** Where clients reach this Worker, without a trailing slash. Issuer and links are made from it, never from `Host`. */
  readonly apiUrl: string
  readonly databaseUrl: string
  /** Bearer token for the database, when it wants one. */
  readonly databaseToken: string | null
  readonly publishableKey: string
  readonly secretKey: string
  /** JSON Web Keys, a JSON array: the first one signs, all of them verify. */
  readonly signingKeys: string
  /** At least 32 random bytes as base64url: signs cursors and other things that only this server reads. */
  readonly serverSecret: string
}

/** The bindings as the platform hands them over: nothing is known of them yet. */
export type Bindings = Readonly<Record<string, unknown>>

/**
 * @throws Problem UNAVAILABLE_CONFIGURATION that names the first binding that is missing or weak, never its value
 */
export function readSettings(bindings: Bindings): Settings {
  return {
    tenant: '',
    apiUrl: url(bindings, 'API_URL', 'the public URL of this Worker'),
    databaseUrl: url(bindings, 'DATABASE_URL', 'the URL of a libSQL server'),
    databaseToken: typeof bindings.DATABASE_TOKEN === 'string' ? bindings.DATABASE_TOKEN : null,
    publishableKey: key(bindings, 'PUBLISHABLE_KEY', 'sb_publishable_'),
    secretKey: key(bindings, 'SECRET_KEY', 'sb_secret_'),
    signingKeys: text(bindings, 'SIGNING_KEYS', 'a JSON array of private JSON Web Keys'),
    serverSecret: secret(bindings, 'SERVER_SECRET', 43),
  }
}

function text(bindings: Bindings, name: string, what: string): string {
  const value = bindings[name]
  if (typeof value !== 'string' || value === '') {
    throw unavailable(`${name} is missing: set it to ${what}.`, name)
  }
  return value
}

function url(bindings: Bindings, name: string, what: string): string {
  const value = text(bindings, name, what).replace(/^libsql:/, 'https:')
  const parsed = URL.canParse(value) ? new URL(value) : null
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    throw unavailable(`${name} is not an http, https or libsql URL: set it to ${what}.`, name)
  }
  return value.replace(/\/+$/, '')
}

function secret(bindings: Bindings, name: string, characters: number): string {
  const value = text(bindings, name, `${characters} or more random characters`)
  if (value.length < characters || new Set(value).size < 12) {
    throw unavailable(`${name} is too weak: it needs ${characters} or more random characters.`, name)
  }
  return value
}

function key(bindings: Bindings, name: string, prefix: string): string {
  const value = text(bindings, name, `a key that starts with ${prefix}`)
  if (!value.startsWith(prefix)) throw unavailable(`${name} does not start with ${prefix}.`, name)
  secret({ [name]: value.slice(prefix.length) }, name, 20)
  return value
}

function unavailable(message: string, name: string): Problem {
  return new Problem('UNAVAILABLE_CONFIGURATION', {
    message,
    hint: `In development \`npm run dev\` makes .dev.vars; in production use \`wrangler secret put ${name}\`.`,
    headers: { 'retry-after': '60' },
  })
}
