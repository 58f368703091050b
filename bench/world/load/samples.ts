import type { Heard } from './wire.ts'

/** What clients ask for, as the report has it. */
export const kinds = [
  'page',
  'item',
  'reviews',
  'own',
  'own after write',
  'write',
  'sign-in',
  'probe',
] as const
export type Kind = (typeof kinds)[number]

/** Reads that are for everybody, and may come out of a cache anywhere. */
export const publicKinds: readonly Kind[] = ['page', 'item']

/** One answer. */
export interface Sample {
  readonly milliseconds: number
  /** `Cache-Status` (RFC 9211) says that it came from a cache. */
  readonly isHit: boolean
  /** Trips to the database, as `Server-Timing` says; null: it does not. */
  readonly trips: number | null
  /** The node of the database that answered, as `Server-Timing` names it; null: none did, or none is named. */
  readonly node: string | null
}

/** Answers of a run that came in time, by city and kind: of very many those that came last, and all are counted. */
export interface Samples {
  add(city: string, kind: Kind, sample: Sample): void
  of(city: string, kind: Kind): readonly Sample[]
  /** How many there were, those that are kept no more among them. */
  countOf(city: string, kind: Kind): number
  /** How old public values were that had been overwritten, in milliseconds. `0` of those that were current. */
  addAge(milliseconds: number): void
  readonly ages: readonly number[]
  /** How many answers there were, and how many requests were not answered, or with 503 or 504. */
  readonly answered: number
  readonly unavailable: number
  fail(): void
  /** Forgets all: the warm-up is over. */
  clear(): void
}

/** Of each city and kind: memory is bounded, however long a run is. */
const mostSamples = 20_000
const mostAges = 500_000

export function collectSamples(): Samples {
  const samples = new Map<string, { readonly list: Sample[]; count: number }>()
  const ages: number[] = []
  let answered = 0
  let read = 0
  let unavailable = 0
  return {
    add(city, kind, sample) {
      answered += 1
      const key = `${city} ${kind}`
      const own = samples.get(key) ?? { list: [], count: 0 }
      samples.set(key, own)
      own.list[own.count % mostSamples] = sample
      own.count += 1
    },
    of: (city, kind) => samples.get(`${city} ${kind}`)?.list ?? [],
    countOf: (city, kind) => samples.get(`${city} ${kind}`)?.count ?? 0,
    addAge(milliseconds) {
      ages[read % mostAges] = milliseconds
      read += 1
    },
    ages,
    get answered() {
      return answered
    },
    get unavailable() {
      return unavailable
    },
    fail() {
      unavailable += 1
    },
    clear() {
      samples.clear()
      ages.length = 0
      answered = 0
      read = 0
      unavailable = 0
    },
  }
}

export function sampleOf({ milliseconds, header }: Heard): Sample {
  const timing = header('server-timing') ?? ''
  const trips = /(?:^|, )trips;desc="(\d+)"/.exec(timing)?.[1]
  return {
    milliseconds,
    isHit: /^Selvage; *hit\b/i.test(header('cache-status') ?? ''),
    trips: trips === undefined ? null : Number(trips),
    node: /(?:^|, )node;desc="([^"]*)"/.exec(timing)?.[1] ?? null,
  }
}
