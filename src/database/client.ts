import { Problem } from '../base/problem.ts'
import type { Result, Statement, Value } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'

/**
 * A libSQL server, by the part of Hrana over HTTP that is used: one `POST /v2/pipeline` a trip.
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
   * @throws as `run`; SqlError of the first statement that failed
   */
  transact(statements: readonly Statement[], timing: Timing): Promise<readonly Result[]>
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
  /** SQLite's extended result code, such as `SQLITE_CONSTRAINT_UNIQUE`. */
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** Cheap, and made anew for each request: nothing of one request may outlive it in an isolate. */
export function connect(options: DatabaseOptions): Database {
  const post = async (request: unknown, timing: Timing): Promise<unknown> => {
    timing.trip()
    const reply = await send(options, request)
    return succeeded(reply.results?.[0])
  }
  return {
    async run(statement, timing) {
      const response = await post({ type: 'execute', stmt: statementOf(statement) }, timing)
      return resultOf((response as { result: HranaResult }).result)
    },
    async transact(statements, timing) {
      const response = await post({ type: 'batch', batch: { steps: transaction(statements) } }, timing)
      return batchResults((response as { result: HranaBatchResult }).result, statements.length)
    },
  }
}

interface HranaReply {
  readonly results?: readonly HranaStreamResult[]
}
type HranaStreamResult =
  | { readonly type: 'ok'; readonly response: unknown }
  | { readonly type: 'error'; readonly error: HranaError }
interface HranaError {
  readonly message: string
  readonly code?: string
}
interface HranaResult {
  readonly rows: readonly (readonly Value[])[]
  readonly affected_row_count: number
  readonly rows_read?: number
  readonly query_duration_ms?: number
}
interface HranaBatchResult {
  readonly step_results: readonly (HranaResult | null)[]
  readonly step_errors: readonly (HranaError | null)[]
}

async function send(options: DatabaseOptions, request: unknown): Promise<HranaReply> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (options.token !== null) headers.authorization = `Bearer ${options.token}`
  if (options.requestId !== undefined) headers['x-request-id'] = options.requestId
  const deadline = AbortSignal.timeout(options.deadlineMilliseconds ?? 10_000)
  try {
    const response = await fetch(`${options.url}/v2/pipeline`, {
      method: 'POST',
      headers,
      // A stream that is not closed stays open for ten seconds, and the server has 128 of them.
      body: JSON.stringify({ requests: [request, { type: 'close' }] }),
      signal: deadline,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw unavailable()
    }
    return (await response.json()) as HranaReply
  } catch (error) {
    if (error instanceof Problem) throw error
    throw deadline.aborted
      ? new Problem('DATABASE_TIMEOUT', { headers: { 'retry-after': '1' } })
      : unavailable()
  }
}

function unavailable(): Problem {
  return new Problem('UNAVAILABLE_DATABASE', {
    hint: 'Check that the database named by DATABASE_URL runs and that DATABASE_TOKEN is right; then try again.',
    headers: { 'retry-after': '5' },
  })
}

function succeeded(result: HranaStreamResult | undefined): unknown {
  if (result === undefined) throw unavailable()
  if (result.type === 'error') throw sqlError(result.error)
  return result.response
}

/** A database that is busy has refused nothing: whoever asked may ask again. */
function sqlError(error: HranaError): SqlError | Problem {
  const code = error.code ?? 'SQLITE_ERROR'
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) {
    return new Problem('UNAVAILABLE_DATABASE', { headers: { 'retry-after': '1' } })
  }
  return new SqlError(error.message, code)
}

function statementOf(statement: Statement): unknown {
  return { sql: statement.sql, args: statement.args, want_rows: true }
}

/** Each step runs only if the one before it did; whatever stops the chain rolls all of it back. */
function transaction(statements: readonly Statement[]): unknown[] {
  const commit = statements.length + 1
  return [
    { stmt: { sql: 'begin immediate' } },
    ...statements.map((statement, index) => ({
      condition: { type: 'ok', step: index },
      stmt: statementOf(statement),
    })),
    { condition: { type: 'ok', step: commit - 1 }, stmt: { sql: 'commit' } },
    {
      condition: {
        type: 'and',
        conds: [
          { type: 'ok', step: 0 },
          { type: 'not', cond: { type: 'ok', step: commit } },
        ],
      },
      stmt: { sql: 'rollback' },
    },
  ]
}

function batchResults(batch: HranaBatchResult, count: number): readonly Result[] {
  const failure = batch.step_errors.find((error) => error !== null && error !== undefined)
  if (failure) throw sqlError(failure)
  return batch.step_results.slice(1, count + 1).map((result) => {
    if (result === null) throw unavailable()
    return resultOf(result)
  })
}

function resultOf(result: HranaResult): Result {
  return {
    rows: result.rows,
    affectedRows: result.affected_row_count,
    rowsRead: result.rows_read ?? 0,
    durationMilliseconds: result.query_duration_ms ?? 0,
  }
}
