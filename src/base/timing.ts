/** The stages of one request, and how many times it went to the database. */
export interface Timing {
  /** Ends the stage that runs and gives its duration to `stage`. */
  mark(stage: Stage): void
  /** One HTTP request to the database has been sent. */
  trip(): void
  readonly trips: number
  /** A second node was asked because the first one took long. */
  hedge(): void
  /** What was read before it was known how new it had to be was too old, and is asked for again. */
  repeat(): void
  /** Which node answered last. */
  node(name: string): void
  /** Of the databases over which a resource is spread, so many were asked. */
  shards(asked: number, of: number): void
  /** The value of a `Server-Timing` header (W3C Server Timing §3.2). */
  header(): string
}

/** `tenant`: looking it up in the directory; `password`: scrypt. */
export type Stage = 'tenant' | 'parse' | 'plan' | 'password' | 'db' | 'present'

/** In production a Worker's clock stands still between two I/Os: there only `db` is more than 0. */
export function startTiming(): Timing {
  const parts: string[] = []
  let since = performance.now()
  let trips = 0
  let hedges = 0
  let repeats = 0
  let nodeName: string | null = null
  let shards: string | null = null
  return {
    mark(stage) {
      const now = performance.now()
      parts.push(`${stage};dur=${Math.round((now - since) * 1000) / 1000}`)
      since = now
    },
    trip() {
      trips += 1
    },
    get trips() {
      return trips
    },
    hedge() {
      hedges += 1
    },
    repeat() {
      repeats += 1
    },
    node(name) {
      nodeName = name
    },
    shards(asked, of) {
      shards = `${asked} of ${of}`
    },
    header() {
      if (hedges > 0) parts.push(`hedged;desc="${hedges}"`)
      if (repeats > 0) parts.push(`repeated;desc="${repeats}"`)
      if (nodeName !== null) parts.push(`node;desc="${nodeName}"`)
      if (shards !== null) parts.push(`shards;desc="${shards}"`)
      return [...parts, `trips;desc="${trips}"`].join(', ')
    },
  }
}
