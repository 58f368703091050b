import type { Clock } from '../../base/clock.ts'
import { boundedMap } from '../../base/memory/bounded-map.ts'
import type { Bindings } from '../../base/settings.ts'
import { type Asked, answer, type Told } from './bucket.ts'
import type { Rates } from './rates.ts'

/** Where attempts are remembered: a room for each account and each network, by name. */
export interface Rooms {
  ask(room: string, asked: Asked): Promise<Told | null>
  /** The first line, for this location alone: whether this name was not seen too often lately. */
  isCalm(name: string): Promise<boolean>
}

/** What an isolate has to count with. */
export interface Throttles {
  readonly rooms: Rooms
  readonly rates: Rates
}

/** The part of the platform that is used: a namespace of Durable Objects, and a rate limiter. */
interface Namespace {
  idFromName(name: string): object
  get(id: object): { fetch(url: string, init: RequestInit): Promise<Response> }
}
interface RateLimiter {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>
}

/** What is not there in time is done without: an attempt is then counted in this isolate. */
const deadlineMilliseconds = 1_000
const mostCells = 20_000

/**
 * The Durable Objects bound as THROTTLE and the limiter bound as THROTTLE_BURST; where there are none (plain workerd,
 * tests), and where they do not answer, what this isolate remembers stands in.
 */
export function roomsOf(bindings: Bindings, clock: Clock): Rooms {
  const { THROTTLE: namespace, THROTTLE_BURST: limiter } = bindings
  const own = roomsInMemory(clock)
  return {
    async ask(room, asked) {
      if (!isNamespace(namespace)) return own.ask(room, asked)
      try {
        return await askObject(namespace, room, asked)
      } catch (error) {
        report(error)
        return own.ask(room, asked)
      }
    },
    async isCalm(name) {
      if (!isLimiter(limiter)) return true
      return (await limiter.limit({ key: name })).success
    },
  }
}

/** Of one isolate, and of one test. */
export function roomsInMemory(clock: Clock): Rooms {
  const known = boundedMap<number>(mostCells)
  return {
    async ask(room, asked) {
      const cells = {
        get: (name: string) => known.get(`${room} ${name}`),
        set: (name: string, until: number) => known.set(`${room} ${name}`, until),
      }
      return answer(cells, asked, clock.nowMilliseconds())
    },
    isCalm: async () => true,
  }
}

async function askObject(namespace: Namespace, room: string, asked: Asked): Promise<Told | null> {
  // A stub belongs to the request that asks.
  const response = await namespace.get(namespace.idFromName(room)).fetch('https://throttle/', {
    method: 'POST',
    body: JSON.stringify(asked),
    signal: AbortSignal.timeout(deadlineMilliseconds),
  })
  if (!response.ok) throw new TypeError(`the throttle answered ${response.status}`)
  return (await response.json()) as Told | null
}

function isNamespace(given: unknown): given is Namespace {
  return typeof given === 'object' && given !== null && 'idFromName' in given
}

function isLimiter(given: unknown): given is RateLimiter {
  return typeof given === 'object' && given !== null && 'limit' in given
}

function report(error: unknown): void {
  console.error(JSON.stringify({ throttle: error instanceof Error ? error.name : typeof error }))
}
