import { Problem } from './problem.ts'

/** What the operator sets outside the code: the Worker's variables and secrets, checked. */
export interface Settings {
  /** Whose settings they are; '' where a backend is not per tenant. What an isolate or a cache shares has it in its key. */
  readonly tenant: string
  /** Of a tenant: another one since it was moved, so that what was kept where it had been before is nothing. Null: never. */
  readonly stay: string | null
  /** Where clients reach this Worker, without a trailing slash. Issuer and links are made from it, never from `Host`. */
  readonly apiUrl: string
  /** Where people use the product: links in mails lead there, and redirects go there unless they say where else. */
  readonly siteUrl: string
  readonly databaseUrl: string
  /** Bearer token for the database, when it wants one. */
  readonly databaseToken: string | null
  /** Where the database is: the primary, when it has replicas. Null: not said. */
  readonly databasePlace: Place | null
  /** Nodes that follow the primary, and may be read from. */
  readonly replicas: readonly Replica[]
  /** Whether a second node is asked when the first one takes longer than 95 of 100 trips. */
  readonly isHedged: boolean
  /** How many streams an isolate keeps open at each node from one request to the next. */
  readonly mostStreams: number
  /** Whether answers are kept as resources say; an operator may switch that off, for all Workers of one database. */
  readonly isCaching: boolean
  readonly publishableKey: string
  readonly secretKey: string
  /** JSON Web Keys, a JSON array: the first one signs, all of them verify. */
  readonly signingKeys: string
  /** At least 32 random bytes as base64url: signs cursors and other things that only this server reads. */
  readonly serverSecret: string
}

/** A point on Earth, in degrees (WGS 84). */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

export interface Replica {
  readonly name: string
  readonly url: string
  readonly token: string | null
  readonly place: Place | null
}

/** The bindings as the platform hands them over: nothing is known of them yet. */
export type Bindings = Readonly<Record<string, unknown>>

/**
 * @throws Problem UNAVAILABLE_CONFIGURATION that names the first binding that is missing or weak, never its value
 */
export function readSettings(bindings: Bindings): Settings {
  return {
    ...{ tenant: '', stay: null },
    apiUrl: url(bindings, 'API_URL', 'the public URL of this Worker'),
    siteUrl: url(
      { SITE_URL: optionalText(bindings, 'SITE_URL') ?? bindings.API_URL },
      'SITE_URL',
      'the URL of the product',
    ),
    databaseUrl: url(bindings, 'DATABASE_URL', 'the URL of a libSQL server'),
    databaseToken: typeof bindings.DATABASE_TOKEN === 'string' ? bindings.DATABASE_TOKEN : null,
    databasePlace: placeOf(bindings.DATABASE_PLACE),
    replicas: replicasOf(bindings.DATABASE_REPLICAS),
    isHedged: bindings.DATABASE_HEDGE === '1',
    mostStreams: streamsOf(bindings.DATABASE_STREAMS),
    isCaching: bindings.CACHE_OFF !== '1',
    publishableKey: key(bindings, 'PUBLISHABLE_KEY', 'sb_publishable_'),
    secretKey: key(bindings, 'SECRET_KEY', 'sb_secret_'),
    signingKeys: text(bindings, 'SIGNING_KEYS', 'a JSON array of private JSON Web Keys'),
    serverSecret: secret(bindings, 'SERVER_SECRET', 43),
  }
}

/** @throws Problem UNAVAILABLE_CONFIGURATION when it is missing or empty */
export function text(bindings: Bindings, name: string, what: string): string {
  const value = bindings[name]
  if (typeof value !== 'string' || value === '') {
    throw unavailable(`${name} is missing: set it to ${what}.`, name)
  }
  return value
}

/** Null of a binding that is not set, or empty. */
export function optionalText(bindings: Bindings, name: string): string | null {
  const value = bindings[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function url(bindings: Bindings, name: string, what: string): string {
  const value = serverUrl(text(bindings, name, what))
  if (value === null) {
    throw unavailable(`${name} is not an http, https or libsql URL: set it to ${what}.`, name)
  }
  return value
}

/** An http or https URL, also of what is given as libsql, without a trailing slash; null of what is no URL of a server. */
export function serverUrl(given: unknown): string | null {
  if (typeof given !== 'string') return null
  const value = given.replace(/^libsql:/, 'https:')
  const protocol = URL.canParse(value) ? new URL(value).protocol : null
  return protocol === 'http:' || protocol === 'https:' ? value.replace(/\/+$/, '') : null
}

function streamsOf(given: unknown): number {
  if (given === undefined || given === '') return 0
  if (typeof given === 'string' && /^(?:\d|1[0-6])$/.test(given)) return Number(given)
  throw unavailable('DATABASE_STREAMS is not a number from 0 to 16.', 'DATABASE_STREAMS')
}

/** `35.68,139.69`: latitude and longitude. */
function placeOf(given: unknown): Place | null {
  if (given === undefined || given === '') return null
  const place = typeof given === 'string' ? degrees(given.split(',').map(Number)) : null
  if (place !== null) return place
  throw unavailable('DATABASE_PLACE is not a latitude and a longitude, such as 38.9,-77.4.', 'DATABASE_PLACE')
}

function degrees(given: unknown): Place | null {
  const [latitude, longitude, ...more]: readonly unknown[] = Array.isArray(given) ? given : []
  if (typeof latitude !== 'number' || typeof longitude !== 'number' || more.length > 0) return null
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null
}

function replicasOf(given: unknown): readonly Replica[] {
  if (given === undefined || given === '') return []
  const list = typeof given === 'string' ? parsed(given) : null
  if (!Array.isArray(list)) throw unusableReplicas('it is not a JSON array')
  const replicas = list.map(replicaOf)
  const names = new Set(['primary', ...replicas.map(({ name }) => name)])
  if (names.size <= replicas.length)
    throw unusableReplicas('each name stands for one node, and primary for the first')
  return replicas
}

function replicaOf(given: unknown, index: number): Replica {
  const { name, url, token, place }: Readonly<Record<string, unknown>> =
    typeof given === 'object' && given !== null ? { ...given } : {}
  const said = place === undefined ? null : degrees(place)
  const where = serverUrl(url)
  // It stands in a header.
  if (typeof name !== 'string' || !/^[\w-]{1,40}$/.test(name)) {
    throw unusableReplicas(`node ${index + 1} has no name of letters, digits, - and _`)
  }
  if (where === null) throw unusableReplicas(`the url of ${name} is not an http, https or libsql URL`)
  if (place !== undefined && said === null) {
    throw unusableReplicas(`the place of ${name} is not [latitude, longitude]`)
  }
  return { name, url: where, token: typeof token === 'string' ? token : null, place: said }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // What the platform says may quote a token.
    return null
  }
}

function unusableReplicas(reason: string): Problem {
  return unavailable(
    `DATABASE_REPLICAS cannot be used: ${reason}. It is [{"name": "tokyo", "url": "https://…", "place": [35.7, 139.7]}].`,
    'DATABASE_REPLICAS',
  )
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
