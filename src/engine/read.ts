import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import { bytesOf, textOf } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import { type Database, unavailable } from '../database/client.ts'
import { type Caller, callerValues } from '../model/caller.ts'
import type { ReadIntent, ReadRequest } from '../query/intent.ts'
import { bind } from '../sql/plan.ts'
import { estimatedCountCap } from '../sql/read.ts'
import type { Plans } from './plans.ts'
import { translated } from './sql-error.ts'

/** What the database wrote. */
export interface ReadAnswer {
  /** UTF-8: a JSON array, or CSV lines without the header. */
  readonly body: Uint8Array
  readonly rows: number
  /** All rows that match, when they were to be counted. */
  readonly total: number | null
  /** Whether there may be more than `total`: an estimate goes no further than its cap. */
  readonly isTotalCapped: boolean
  /** JSON array of the sort key of the last row; null when the order does not end in a unique key. */
  readonly lastKey: string | null
  /** Names for the header of CSV. */
  readonly columns: readonly string[]
}

export interface ReadContext {
  readonly plans: Plans
  readonly database: Database
  readonly caller: Caller
  readonly clock: Clock
  readonly timing: Timing
}

/**
 * Answers a read: one trip.
 * @param cursor sort key, as JSON, after which the page starts
 * @throws Problem; PGRST303 when the caller's session is over
 */
export async function read(
  request: ReadRequest,
  cursor: string | null,
  context: ReadContext,
): Promise<ReadAnswer> {
  const { plans, database, caller, clock, timing } = context
  const plan = plans.read(request.intent, caller)
  const values = { slots: request.values, caller: callerValues(caller, clock.nowMilliseconds()), cursor }
  const statement = bind(plan, values)
  timing.mark('plan')
  const result = await translated(() => database.run(statement, timing))
  timing.mark('db')
  const [row] = result.rows
  // The statement is an aggregate: it answers one row whatever there is.
  if (row === undefined) throw unavailable()
  const [body, rows, lastKey, total] = row
  const bytes = bytesOf(body)
  if (bytes === null) throw sessionOver()
  return {
    body: bytes,
    rows: Number(textOf(rows)),
    lastKey: textOf(lastKey),
    ...counted(textOf(total), request.intent.count),
    columns: plan.columns,
  }
}

function counted(
  total: string | null,
  count: ReadIntent['count'],
): Pick<ReadAnswer, 'total' | 'isTotalCapped'> {
  if (total === null) return { total: null, isTotalCapped: false }
  return { total: Number(total), isTotalCapped: count !== 'exact' && Number(total) > estimatedCountCap }
}

/** The token is whole, and its session does not stand any more. */
export function sessionOver(): Problem {
  return new Problem('PGRST303', { message: 'The session of this access token is over: sign in again.' })
}
