/** What the load process is told to do, and what it answers: the messages between it and the benchmark. */
export interface LoadOrder {
  readonly port: number
  /** Whole requests as text, sent in turn. */
  readonly requests: readonly string[]
  readonly clients: number
  readonly milliseconds: number
}

export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
}

export type LoadAnswer =
  | { readonly kind: 'done'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly reason: string }
