import type { Moment } from '../base/history/moment.ts'
import type { Result, Statement } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import type { Bookmark } from './bookmark.ts'
import { bookmarkAfter, look } from './clock.ts'
import { type Cluster, clusterOf } from './cluster.ts'
import { type Consistency, type Freshness, freshnessOf, nobody, type Reader } from './fresh/freshness.ts'
import { learning, type Seen } from './fresh/seen.ts'
import { type Done, done, resultsOf } from './hrana/outcome.ts'
import { executeRequest, transactionRequest } from './hrana/request.ts'
import { unavailable } from './node.ts'
import { type Read, type ReadRequest, read } from './read.ts'
import { type SendOptions, sender } from './trip/send.ts'
import { epilogueOf, type VersionSighting, versionsAfter, type Watching } from './versions.ts'
import { type WriteShape, type WrittenTables, write } from './write.ts'

/**
 * A libSQL server and its replicas, by Hrana over HTTP: one pipeline a trip. What runs statements is one HTTP request, and more
 * only where the server answered that it is busy (`whileBusy`), or a node did not answer (`read`).
 */
export interface Database {
  /**
   * One statement that reads, outside a transaction: a statement alone is atomic and reads one snapshot.
   * @param consistency default `session`
   * @param how default: nothing of it
   * @throws SqlError what SQLite says; Problem UNAVAILABLE_DATABASE or DATABASE_TIMEOUT
   */
  run(statement: Statement, timing: Timing, consistency?: Consistency, how?: ReadOptions): Promise<ReadResult>
  /**
   * All statements in one `BEGIN IMMEDIATE … COMMIT`, or none of them.
   * @throws as `run`; SqlError of the first statement that failed
   */
  transact(
    statements: readonly Statement[],
    timing: Timing,
    how?: Partial<TransactionOptions>,
  ): Promise<readonly Result[]>
  /**
   * All statements on one moment of the database: they only read.
   * @param consistency default `strong`
   * @throws as `transact`
   */
  snapshot(
    statements: readonly Statement[],
    timing: Timing,
    consistency?: Consistency,
  ): Promise<readonly Result[]>
  /**
   * As `transact`; where the statement `at` is refused nothing is done, and `otherwise` is answered.
   * @throws as `transact`, of other statements
   */
  transactUnless(
    refused: { readonly at: number; readonly otherwise: Statement },
    statements: readonly Statement[],
    timing: Timing,
    how?: Omit<Partial<TransactionOptions>, 'isTrial'>,
  ): Promise<{ readonly results: readonly Result[] } | { readonly otherwise: Result }>
  /** What the last `snapshot` found was written by this request when it came before: it counts as written now. */
  adopt(): void
  /** How new what this request reads must be; null: only the primary is new enough. */
  freshness(consistency: Consistency | 'lately', timing: Timing): Promise<Freshness | null>
  /** Asks the primary how it is, for the sake of what is known of it. */
  look(timing: Timing): Promise<Bookmark | null>
  /** What this request has learnt of the database so far. */
  readonly seen: Seen
}

export interface TransactionOptions extends WrittenTables {
  /** Whether everything is undone in the end, and only the results are wanted. */
  readonly isTrial: boolean
}

export interface ReadOptions {
  /** What is read must be so new, too. */
  readonly atLeast?: Moment | null
  /** Whether it is to tell of versions as a write does. */
  readonly tellsVersions?: boolean
}

export interface ReadResult extends Result {
  /** What was read is no newer: a node that has this has all of it. */
  readonly frame: number
  readonly isPrimary: boolean
  /** Asked after it, so no older. Null: not asked for, or not told. */
  readonly versions: VersionSighting | null
}

export interface DatabaseOptions extends SendOptions {
  readonly cluster: Cluster
  readonly reader: Reader
  /** How versions of tables are told: then what is kept of others is as new as a write, or a read. Default: they are not. */
  readonly watch?: () => Watching | null
  /** Whether the caller is told how new what they read is: then each read is followed by that. Default: no. */
  readonly tellsReader?: boolean
  /** Begun with a write's trip, and done before the write is. It does not fail. */
  readonly beforeWriteIsAnswered?: () => Promise<void>
}

/** A server without replicas. */
export function connect({ name = 'primary', url, token, ...options }: LoneOptions): Database {
  const node = { name, url, token, place: null, isPrimary: true }
  return connectTo({ cluster: clusterOf(node, []), reader: nobody, ...options })
}

export interface LoneOptions extends SendOptions {
  /** As `Server-Timing` calls it. Default: primary. */
  readonly name?: string
  readonly url: string
  /** Bearer token, when it wants one. */
  readonly token: string | null
}

/** Cheap, and made anew for each request: nothing of one request may outlive it in an isolate but `cluster`. */
export function connectTo(options: DatabaseOptions): Database {
  const { cluster, reader, watch = () => null } = options
  const send = sender(options)
  const seen = learning(cluster)
  let lastSnapshot: { readonly told: Bookmark | null; readonly versions: VersionSighting | null } | null =
    null
  const readBy = async (
    request: ReadRequest,
    consistency: Consistency,
    atLeast: Moment | null = null,
  ): Promise<Read & { readonly told: Bookmark | null }> => {
    const answer = await read(request, { consistency, atLeast }, { cluster, reader, send })
    const { frame } = answer.reply
    const told = bookmarkAfter(answer.reply)
    if (told !== null) seen.noteRead(told)
    else if (frame !== null) seen.noteRead({ epoch: cluster.epoch, frame, tick: 0 })
    return { ...answer, told }
  }
  const transaction = async (
    statements: readonly Statement[],
    shape: WriteShape,
    tables: Partial<WrittenTables>,
    timing: Timing,
  ): Promise<Done> => {
    const surroundings = { cluster, send, watching: watch(), beforeAnswer: options.beforeWriteIsAnswered }
    const { ended, written, versions } = await write({ statements, shape, timing, ...tables }, surroundings)
    seen.noteWritten(written, versions)
    return ended
  }
  return {
    async run(statement, timing, consistency = 'session', { atLeast = null, tellsVersions = false } = {}) {
      const watching = tellsVersions ? watch() : null
      const epilogue = watching !== null || options.tellsReader === true ? epilogueOf(watching) : null
      const body = (frame: number | null) => executeRequest(statement, frame, epilogue)
      const request = { body, count: 1, timing }
      const { reply, state, frame: known, told } = await readBy(request, consistency, atLeast)
      const [result] = resultsOf(done(reply))
      if (result === undefined) throw unavailable()
      const frame = reply.frame ?? known
      return {
        ...result,
        frame,
        isPrimary: state.node.isPrimary,
        versions: versionsAfter(reply, told, watching),
      }
    },
    async transact(statements, timing, { isTrial = false, ...tables } = {}) {
      return resultsOf(await transaction(statements, { isTrial, otherwise: null }, tables, timing))
    },
    async snapshot(statements, timing, consistency = 'strong') {
      const watching = consistency === 'strong' ? watch() : null
      const epilogue = epilogueOf(watching)
      const shape = { writes: false, isTrial: false, otherwise: null, epilogue }
      const body = (frame: number | null) => transactionRequest(statements, shape, frame)
      const { reply, told } = await readBy({ body, count: statements.length, timing }, consistency)
      lastSnapshot = { told, versions: versionsAfter(reply, told, watching) }
      return resultsOf(done(reply))
    },
    adopt() {
      if (lastSnapshot !== null) seen.noteWritten(lastSnapshot.told, lastSnapshot.versions)
    },
    transactUnless({ at, otherwise }, statements, timing, tables = {}) {
      return transaction(
        statements,
        { isTrial: false, otherwise: { at, statement: otherwise } },
        tables,
        timing,
      )
    },
    freshness: (consistency, timing) => freshnessOf(consistency, timing, { cluster, reader, send }),
    look: (timing) => look(cluster, send, timing),
    seen,
  }
}
