import { Problem } from '../base/problem.ts'
import type { Result, Statement } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
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
 * A libSQL server, by Hrana over HTTP: one pipeline a trip.
 * Every method is exactly one HTTP request.
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
  /** Default 10,000. */
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
  const trip = async (
    body: Uint8Array<ArrayBuffer>,
    count: number,
    timing: Timing,
  ): Promise<Exclude<Reply, { readonly error: HranaError }>> => {
    timing.trip()
    const reply = readReply(await send(options, body), count)
    if (reply === null) throw unavailable()
    if ('error' in reply) throw sqlError(reply.error)
    return reply
  }
  const resultsOf = async (reply: ReturnType<typeof trip>): Promise<readonly Result[]> => {
    const known = await reply
    if ('otherwise' in known) throw unavailable()
    return known.results
  }
  return {
    async run(statement, timing) {
      const [result] = await resultsOf(trip(executeRequest(statement), 1, timing))
      if (result === undefined) throw unavailable()
      return result
    },
    transact(statements, timing, isTrial = false) {
      const request = transactionRequest(statements, { isTrial, otherwise: null })
      return resultsOf(trip(request, statements.length, timing))
    },
    transactUnless({ at, otherwise }, statements, timing) {
      const shape = { isTrial: false, otherwise: { at, statement: otherwise } }
      return trip(transactionRequest(statements, shape), statements.length, timing)
    },
  }
}

/** A database that is busy has refused nothing: whoever asked may ask again. */
function sqlError({ message, code, statement }: HranaError): SqlError | Problem {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(code)
    ? new Problem('UNAVAILABLE_DATABASE', { headers: { 'retry-after': '1' } })
    : new SqlError(message, code, statement)
}

async function send(options: DatabaseOptions, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const headers: Record<string, string> = { ...pipelineHeaders }
  if (options.token !== null) headers.authorization = `Bearer ${options.token}`
  if (options.requestId !== undefined) headers['x-request-id'] = options.requestId
  const deadline = AbortSignal.timeout(options.deadlineMilliseconds ?? 10_000)
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
