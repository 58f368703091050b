import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import { bytesOf, textOf, type Value } from '../base/statement.ts'
import type { Timing } from '../base/timing.ts'
import { type Database, type SqlError, unavailable } from '../database/client.ts'
import { isFieldVisible } from '../model/audience.ts'
import { type Caller, callerValues } from '../model/caller.ts'
import { decoderOf } from '../query/decode/value.ts'
import { encodeRows } from '../query/input/rows.ts'
import type { WriteRequest } from '../query/write/intent.ts'
import { bind } from '../sql/plan.ts'
import { takeApart, type WrittenAnswer } from './answer.ts'
import { constraintProblem } from './constraint.ts'
import type { Plans, WritePlan } from './plans.ts'
import { bindRows, completeRows, databaseDefault, type EncodedRows, type RowValue } from './rows.ts'
import { translated } from './sql-error.ts'

export interface WriteAnswer {
  /** How many rows were written. */
  readonly affected: number
  /** Null: none was asked for. */
  readonly answer: WrittenAnswer | null
  readonly columns: readonly string[]
  /** Where the only row that was made is found: the parts of its key, as a path has them. Null: several, or hidden. */
  readonly location: string | null
}

export interface WriteContext {
  readonly plans: Plans
  readonly database: Database
  readonly caller: Caller
  readonly clock: Clock
  readonly timing: Timing
}

/**
 * Writes: one transaction, one trip.
 * @throws Problem; what a constraint or a policy refuses leaves everything as it was
 */
export async function write(request: WriteRequest, context: WriteContext): Promise<WriteAnswer> {
  const { plans, database, caller, timing } = context
  const plan = plans.write(request.intent, caller)
  const body = rowsOf(plan, request, context)
  const values = { slots: request.values, caller: body.caller, cursor: null, body: body.bound }
  const statements = plan.steps.map((step) => bind(step, values))
  timing.mark('plan')
  const results = await translated(
    () => database.transact(statements, timing),
    (error: SqlError) => constraintProblem(error, plan),
  )
  timing.mark('db')
  const written = results[plan.writes]
  const text = plan.answers === null ? null : bytesOf(results[plan.answers]?.rows[0]?.[0])
  const answer = text === null ? null : takeApart(text)
  if (written === undefined || (plan.answers !== null && answer === null)) throw unavailable()
  const located = plan.locates === null ? body.key : (results[plan.locates]?.rows[0] ?? null)
  return {
    affected: written.affectedRows,
    answer,
    columns: plan.columns,
    location: locationOf(plan, located),
  }
}

function rowsOf(plan: WritePlan, { intent, rows, values, isText }: WriteRequest, context: WriteContext) {
  const nowMilliseconds = context.clock.nowMilliseconds()
  const caller = callerValues(context.caller, nowMilliseconds)
  const given = plan.cells.filter((cell) => cell.from === 'body').map((cell) => cell.field)
  const rules = { relation: plan.resource.name, isList: intent.isList, texts: isText }
  const encoded = withPathKey(plan, encodeRows(given, rows, rules), values)
  const full = completeRows(plan.cells, encoded, { caller, nowMilliseconds })
  const [only] = full
  const key = intent.kind !== 'insert' || intent.isList || only === undefined ? null : keyOf(plan, only)
  return { caller, bound: bindRows(full, intent.isList), key }
}

/** A path names the key of what `PUT` makes; a body that names another one is about something else. */
function withPathKey(plan: WritePlan, rows: EncodedRows, texts: readonly string[]): EncodedRows {
  if (plan.key.length === 0) return rows
  return rows.map((row) => {
    const full = [...row]
    for (const { field, value } of plan.key) {
      const index = plan.cells.findIndex((cell) => cell.field === field)
      const named = decoderOf(field)(texts[value] ?? '')
      const given = full[index]
      if (given !== undefined && textOf(given) !== textOf(named)) {
        throw new Problem('PGRST115', { details: `The body gives another '${field.name}' than the path.` })
      }
      full[index] = named
    }
    return full
  })
}

/** The key of a row whose cells are known; null when the database gives it. */
function keyOf(plan: WritePlan, row: readonly RowValue[]): readonly Value[] | null {
  const key = plan.resource.key.map((field) => row[plan.cells.findIndex((cell) => cell.field === field)])
  return key.every((value): value is Value => value !== undefined && value !== databaseDefault) ? key : null
}

function locationOf({ resource, audience }: WritePlan, key: readonly Value[] | null): string | null {
  const isShown = resource.key.every(
    (field) => ['text', 'integer'].includes(field.kind) && isFieldVisible(field, audience),
  )
  if (key === null || !isShown) return null
  return key.map((part) => encodeURIComponent(textOf(part) ?? '')).join(',')
}
