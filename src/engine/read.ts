import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import { bytesOf, type Result, type Value } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import type { Database } from '../database/client.ts'
import { unavailable } from '../database/node.ts'
import { type Caller, callerValues } from '../model/caller/caller.ts'
import type { ReadIntent, ReadRequest } from '../query/intent.ts'
import { bind } from '../sql/plan.ts'
import { estimatedCountCap } from '../sql/read.ts'
import { takeApart, type WrittenAnswer } from './answer.ts'
import type { Plans } from './plans.ts'
import { translated } from './sql-error.ts'

/** The answer to a read. */
export interface ReadAnswer extends WrittenAnswer {
  /** Whether there may be more than `total`: an estimate goes no further than its cap. */
  readonly isTotalCapped: boolean
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
  const known = callerValues(caller, clock.nowMilliseconds())
  const statement = bind(plan, { slots: request.values, caller: known, cursor, body: null })
  timing.mark('plan')
  const result = await translated(() => database.run(statement, timing))
  timing.mark('db')
  const text = bytesOf(onlyValue(result))
  if (text === null) throw sessionOver()
  const answer = takeApart(text)
  if (answer === null) throw unavailable()
  return estimated(answer, request.intent, plan.columns)
}

/** An answer, and whether its total is one that goes no further than the cap. */
export function estimated(
  answer: WrittenAnswer,
  { count }: ReadIntent,
  columns: readonly string[],
): ReadAnswer {
  return { ...answer, isTotalCapped: count !== 'exact' && Number(answer.total) > estimatedCountCap, columns }
}

/** The statement answers one row whatever there is. */
function onlyValue({ rows }: Result): Value {
  const value = rows[0]?.[0]
  if (value === undefined) throw unavailable()
  return value
}

/** The token is whole, and its session does not stand any more. */
export function sessionOver(): Problem {
  return new Problem('PGRST303', { message: 'The session of this access token is over: sign in again.' })
}
