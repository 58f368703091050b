/** What the load process is told to do, and what it answers: the messages between it and the benchmark. */
export interface LoadOrder {
  readonly port: number
  /** Whole requests as text, sent in turn. Where one says `aNewId`, each sending has another one there. */
  readonly requests: readonly string[]
  readonly clients: number
  readonly milliseconds: number
}

/** As long as the ids that take its place. */
export const aNewId = '00000000-new0-4id0-0000-000000000000'

export interface LoadResult {
  /** How many were served. */
  readonly requests: number
  /** How many were answered 503: none of them counts as served, in no other figure either. */
  readonly failed: number
  /** How many of all the Worker says it sent to the database more than once. */
  readonly repeated: number
  /** How many were served from a cache, as `Cache-Status` says (RFC 9211), and how many of these made no trip. */
  readonly hits: number
  readonly hitsWithoutTrip: number
  readonly requestsPerSecond: number
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
}

export type LoadAnswer =
  | { readonly kind: 'done'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly reason: string }
