import { Problem } from '../base/problem.ts'
import type { Result, Statement } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import { isBusy, whileBusy } from './busy.ts'
import {
  executeRequest,
  type HranaError,
  pipelineHeaders,
  pipelinePath,
  type Reply,
  readReply,
  transactionRequest,
} from './hrana.ts'

/**
 * A libSQL server, by Hrana over HTTP: one pipeline a trip. Every method is one HTTP request, and more only where the
 * server answered that it is busy (`whileBusy`).
 */
export interface Database {
  /**
   * One statement, outside a transaction: a statement alone is atomic and reads one snapshot.
   * @throws SqlError what SQLite says; Problem UNAVAILABLE_DATABASE or DATABASE_TIMEOUT
   */
  run(statement: Statement, timing: Timing): Promise<Result>
  /**
   * All statements in one `BEGIN IMMEDIATE … COMMIT`, or none of them.
   * @param isTrial whether they are undone in the end, and only their results wanted
   * @throws as `run`; SqlError of the first statement that failed
   */
  transact(statements: readonly Statement[], timing: Timing, isTrial?: boolean): Promise<readonly Result[]>
  /** All statements on one moment of the database: they only read. @throws as `transact` */
  snapshot(statements: readonly Statement[], timing: Timing): Promise<readonly Result[]>
  /**
   * As `transact`; where the statement `at` is refused nothing is done, and `otherwise` is answered.
   * @throws as `transact`, of other statements
   */
  transactUnless(
    refused: { readonly at: number; readonly otherwise: Statement },
    statements: readonly Statement[],
    timing: Timing,
  ): Promise<{ readonly results: readonly Result[] } | { readonly otherwise: Result }>
}

export interface DatabaseOptions {
  readonly url: string
  readonly token: string | null
  /** Of one statement or transaction, with all its tries. Default 10,000. */
  readonly deadlineMilliseconds?: number
  /** Handed on as `x-request-id`, so that a request can be followed to the database. */
  readonly requestId?: string
}

/** What SQLite refused. For the engine to translate: its text never leaves the Worker. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** SQLite's result code, such as `SQLITE_CONSTRAINT`. */
  readonly code: string
  /** Which statement of a transaction it was, from 0; null where it was none. */
  readonly statement: number | null

  constructor(message: string, code: string, statement: number | null = null) {
    super(message)
    this.code = code
    this.statement = statement
  }
}

/** Cheap, and made anew for each request: nothing of one request may outlive it in an isolate. */
export function connect(options: DatabaseOptions): Database {
  const ask = async (
    body: Uint8Array<ArrayBuffer>,
    count: number,
    timing: Timing,
  ): Promise<Exclude<Reply, { readonly error: HranaError }>> => {
    const deadline = AbortSignal.timeout(options.deadlineMilliseconds ?? 10_000)
    const trip = async () => {
      timing.trip()
      const reply = readReply(await send(options, body, deadline), count)
      if (reply === null) throw unavailable()
      return reply
    }
    const reply = await whileBusy(trip, deadline)
    if (isBusy(reply)) throw new Problem('UNAVAILABLE_DATABASE', { headers: { 'retry-after': '1' } })
    if ('error' in reply) {
      const { message, code, statement } = reply.error
      throw new SqlError(message, code, statement)
    }
    return reply
  }
  const resultsOf = async (reply: ReturnType<typeof ask>): Promise<readonly Result[]> => {
    const known = await reply
    if ('otherwise' in known) throw unavailable()
    return known.results
  }
  return {
    async run(statement, timing) {
      const [result] = await resultsOf(ask(executeRequest(statement), 1, timing))
      if (result === undefined) throw unavailable()
      return result
    },
    transact(statements, timing, isTrial = false) {
      const request = transactionRequest(statements, { writes: true, isTrial, otherwise: null })
      return resultsOf(ask(request, statements.length, timing))
    },
    snapshot(statements, timing) {
      const request = transactionRequest(statements, { writes: false, isTrial: false, otherwise: null })
      return resultsOf(ask(request, statements.length, timing))
    },
    transactUnless({ at, otherwise }, statements, timing) {
      const shape = { writes: true, isTrial: false, otherwise: { at, statement: otherwise } }
      return ask(transactionRequest(statements, shape), statements.length, timing)
    },
  }
}

async function send(
  options: DatabaseOptions,
  body: Uint8Array<ArrayBuffer>,
  deadline: AbortSignal,
): Promise<Uint8Array> {
  const headers: Record<string, string> = { ...pipelineHeaders }
  if (options.token !== null) headers.authorization = `Bearer ${options.token}`
  if (options.requestId !== undefined) headers['x-request-id'] = options.requestId
  try {
    const response = await fetch(`${options.url}${pipelinePath}`, {
      method: 'POST',
      headers,
      body,
      signal: deadline,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw unavailable()
    }
    return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    if (error instanceof Problem) throw error
    throw deadline.aborted
      ? new Problem('DATABASE_TIMEOUT', { headers: { 'retry-after': '1' } })
      : unavailable()
  }
}

/** Nobody answers there, or not as a libSQL server does. */
export function unavailable(): Problem {
  return new Problem('UNAVAILABLE_DATABASE', {
    hint: 'Check that the database named by DATABASE_URL runs and that DATABASE_TOKEN is right; then try again.',
    headers: { 'retry-after': '5' },
  })
}
