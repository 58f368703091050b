import { ownersIn } from '../check/canary.ts'
import type { Checker, Read } from '../check/checker.ts'
import type { Tally } from '../check/tally.ts'
import type { Violations } from '../check/violations.ts'
import type { City } from '../geography.ts'
import type { Catalogue } from '../node/catalogue.ts'
import type { Person } from '../node/people.ts'
import { oneOf, type Random } from '../random.ts'
import { type Kind, type Samples, sampleOf } from './samples.ts'
import type { Ask, Heard, Wire } from './wire.ts'

/** What all clients of a run share. */
export interface Scene {
  readonly wire: Wire
  readonly catalogue: Catalogue
  readonly checker: Checker
  readonly tally: Tally
  readonly violations: Violations
  readonly samples: Samples
  readonly random: Random
  readonly publishableKey: string
  /** Whether ways are cut and machines killed: then it may happen that nobody answers. */
  readonly isFaulty: boolean
}

/** One device of somebody, in a city. It asks for one thing at a time. */
export interface Client {
  readonly name: string
  readonly city: City
  /** Null: anonymous. */
  readonly person: Person | null
  /** Whether it hands back the bookmark that it was given; `supabase-js` does not know of any. */
  readonly handsBack: boolean
  /** Ports where the ways to its data centre are entered, one for each isolate. */
  readonly doors: readonly number[]
  /** Those to another data centre, for one who travels; may be empty. */
  readonly doorsElsewhere: readonly number[]
  token: string | null
  bookmark: string | null
  isBusy: boolean
  /** Its last orders, the last written at the end; order 0 is there from the start. */
  readonly orders: OwnOrder[]
  /** The number of the order that it made last. */
  made: number
}

export interface OwnOrder {
  readonly order: number
  /** Null: it is not known, or may not be written again. */
  id: string | null
  version: number
}

/** An answer that was to be expected, and when its request was sent. */
export interface Answer {
  readonly heard: Heard
  readonly askedAt: number
  /** How new it had to be. */
  readonly promise: Read['promise']
  /** Out of its JSON. */
  readonly body: unknown
}

/**
 * Sends a request as this client, measures it, and looks through what is answered for other people's secrets.
 * @returns null when it was not answered, or not with a status that was to be expected
 */
export async function ask(
  scene: Scene,
  client: Client,
  kind: Kind,
  request: Ask,
  {
    expected = [200],
    doors = client.doors,
  }: { readonly expected?: readonly number[]; readonly doors?: readonly number[] } = {},
): Promise<Answer | null> {
  const { samples, violations } = scene
  const askedAt = performance.now()
  const promise = promiseTo(client, request, scene)
  const headers = { ...request.headers, ...headersOf(scene, client, request, promise) }
  const heard = await scene.wire.send(oneOf(scene.random, doors), { ...request, headers })
  const { status, text } = heard
  const isExpected = expected.includes(status)
  if (!isExpected) {
    const isSilent = status === 0 || status === 503 || status === 504
    if (isSilent) samples.fail()
    if (!isSilent || !scene.isFaulty) {
      violations.add(
        'unexpected',
        `${client.name}: ${request.method} ${request.path}: ${status} ${text.slice(0, 300)}`,
      )
    }
  } else if (doors === client.doors && promise !== 'strong') {
    // Who asks for what only the primary can say is none of those whose times are compared.
    samples.add(client.city.name, kind, sampleOf(heard))
  }
  for (const owner of ownersIn(text)) {
    if (maySee(client.person, owner)) continue
    violations.add('leak', `${client.name}: ${request.path} answered a secret of person ${owner}`)
  }
  if (client.handsBack) client.bookmark = heard.header('selvage-bookmark') ?? client.bookmark
  if (!isExpected) return null
  const body = parsed(text)
  if (body !== undefined) return { heard, askedAt, promise, body }
  violations.add(
    'unexpected',
    `${client.name}: ${request.path}: ${status} without JSON: ${text.slice(0, 300)}`,
  )
  return null
}

/** Which request it was, and what its answer says of its way, for the one who looks for the reason of a violation. */
export function viaOf(request: Ask, { heard }: Answer): string {
  const [timing, status] = [
    heard.header('server-timing') ?? '',
    heard.header('cache-status') ?? 'not from a cache',
  ]
  const node = /node;desc="([^"]*)"/.exec(timing)?.[1] ?? 'no node'
  return `(${request.path.slice(0, 60)}; ${status}; ${node})`
}

/** What this client asks for when it reads: who knows of bookmarks sometimes for what is new everywhere. */
function promiseTo({ handsBack }: Client, { method }: Ask, { random }: Scene): Read['promise'] {
  if (!handsBack) return 'own'
  return method === 'GET' && random() < strongReads ? 'strong' : 'session'
}

const strongReads = 0.02

function headersOf(
  { publishableKey }: Scene,
  { token, handsBack, bookmark }: Client,
  { headers }: Ask,
  promise: Read['promise'],
): Record<string, string> {
  const preferences = [headers.prefer, ...(promise === 'own' ? [] : [`consistency=${promise}`])]
    .filter(Boolean)
    .join(', ')
  return {
    apikey: publishableKey,
    authorization: `Bearer ${token ?? publishableKey}`,
    ...(preferences === '' ? {} : { prefer: preferences }),
    ...(handsBack && bookmark !== null ? { 'selvage-bookmark': bookmark } : {}),
  }
}

/** Undefined of what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function maySee(person: Person | null, owner: number): boolean {
  return person !== null && (person.role === 'staff' || person.number === owner)
}
