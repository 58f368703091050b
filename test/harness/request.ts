import { exports } from 'cloudflare:workers'
import { inject } from 'vitest'
import type { Fault } from './wire-fault.ts'

/**
 * Who asks: `nobody` sends no key, `anon` the publishable key, `service` the secret key, and every other name is
 * a user of the seed, who signs in.
 */
export type Asker = 'nobody' | 'anon' | 'service' | (string & {})

export interface TestRequest {
  readonly as: Asker
  readonly method?: string
  /** Path and query. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** A text as it is; anything else as JSON. */
  readonly body?: unknown
  /** What goes wrong between the Worker and the database. */
  readonly fault?: Fault
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** HTTP requests to the database, counted on the wire. */
  readonly trips: number
  /** The same as the Worker reports it in `Server-Timing`; null when it does not. */
  readonly reportedTrips: number | null
  readonly requestId: string
}

const bindings = inject('bindings')
const users = inject('users')

/** One sign-in for each user and file. */
const tokens = new Map<string, Promise<string>>()

/** Sends a request to the Worker and counts its trips on both sides. */
export async function send(request: TestRequest): Promise<TestAnswer> {
  const headers = new Headers({ ...(await credentials(request.as)), ...request.headers })
  return exchange(request, headers)
}

/** An access token of a user of the seed. */
function tokenOf(name: string): Promise<string> {
  const token = tokens.get(name) ?? signIn(name)
  tokens.set(name, token)
  return token
}

async function credentials(asker: Asker): Promise<Record<string, string>> {
  switch (asker) {
    case 'nobody':
      return {}
    case 'anon':
      return { apikey: binding('PUBLISHABLE_KEY') }
    case 'service':
      return { apikey: binding('SECRET_KEY') }
    default:
      return { apikey: binding('PUBLISHABLE_KEY'), authorization: `Bearer ${await tokenOf(asker)}` }
  }
}

async function signIn(name: string): Promise<string> {
  const user = users[name]
  if (user === undefined) throw new TypeError(`the seed has no user ${name}: it has ${Object.keys(users)}`)
  const url = '/auth/v1/token?grant_type=password'
  const answer = await send({ as: 'anon', method: 'POST', url, body: user })
  if (answer.status !== 200) throw new Error(`${name} cannot sign in: ${answer.status} ${answer.text}`)
  return (JSON.parse(answer.text) as { access_token: string }).access_token
}

async function exchange(request: TestRequest, headers: Headers): Promise<TestAnswer> {
  const requestId = crypto.randomUUID()
  headers.set('x-request-id', requestId)
  if (request.fault) await plan(requestId, request.fault)
  const init: RequestInit = {
    method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
    headers,
  }
  if (request.body !== undefined) {
    init.body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  }
  const response = await exports.default.fetch(new Request(`${binding('API_URL')}${request.url}`, init))
  const text = await response.text()
  const wire = await fetch(`${bindings.DATABASE_URL}/__trips/${requestId}`)
  const reported = /\btrips;desc="(\d+)"/.exec(response.headers.get('server-timing') ?? '')?.[1]
  return {
    status: response.status,
    headers: response.headers,
    text,
    trips: Number(await wire.text()),
    reportedTrips: reported === undefined ? null : Number(reported),
    requestId,
  }
}

async function plan(requestId: string, fault: Fault): Promise<void> {
  const url = `${bindings.DATABASE_URL}/__fault/${requestId}`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(fault) })
  await response.body?.cancel()
}

function binding(name: string): string {
  const value = bindings[name]
  if (value === undefined) throw new TypeError(`the run has no binding ${name}`)
  return value
}
