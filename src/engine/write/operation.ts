import { Problem } from '../../base/problem.ts'
import { bytesOf, nullValue, type Result, type Statement, textOf, type Value } from '../../base/statement.ts'
import { unavailable } from '../../database/node.ts'
import { isFieldVisible } from '../../model/caller/audience.ts'
import { encodeRows } from '../../query/input/rows.ts'
import type { WriteRequest } from '../../query/write/intent.ts'
import { bind } from '../../sql/plan.ts'
import { takeApart, type WrittenAnswer } from '../answer.ts'
import type { WritePlan } from '../plans.ts'
import type { Asked } from './asked.ts'
import { bindRows, completeRows, databaseDefault, type EncodedRows, type RowValue } from './rows.ts'

/** One write, ready to be sent: alone, or with others in one transaction. */
export interface Operation {
  readonly plan: WritePlan
  readonly statements: readonly Statement[]
  /** Which of them says how many rows were written, gives the answer, gives the key of the new row. */
  readonly writes: number | null
  readonly answers: number | null
  readonly locates: number | null
  /** The key of the only row that is made, where it is known before. */
  readonly key: readonly string[] | null
  /** What its rows hold, as far as it is known before. */
  readonly rows: readonly (readonly RowValue[])[]
}

/** What the database said of an operation. */
export interface Reply {
  /** How many rows were written. */
  readonly affected: number
  /** The text of its answer; null: none was asked for. */
  readonly answer: Uint8Array | null
  /** The key of the only row that was made. */
  readonly key: readonly string[] | null
}

export interface WriteAnswer {
  /** How many rows were written. */
  readonly affected: number
  /** Null: none was asked for. */
  readonly answer: WrittenAnswer | null
  readonly columns: readonly string[]
  /** Where the only row that was made is found: the parts of its key, as a path has them. Null: several, or hidden. */
  readonly location: string | null
}

/** @param encoded what the body gives, by row in the order of the plan's cells */
export function operationOf(
  plan: WritePlan,
  request: Pick<WriteRequest, 'intent' | 'values'>,
  encoded: EncodedRows,
  asked: Asked,
): Operation {
  const { isList, kind } = request.intent
  const body = withPathKey(plan, encoded, request.values)
  const rows = completeRows(plan.cells, body, asked)
  const [only] = rows
  const key = kind !== 'insert' || isList || only === undefined ? null : keyOf(plan, only)
  const values = {
    slots: request.values,
    caller: asked.caller,
    cursor: null,
    body: bindRows(rows, isList),
  }
  const { writes, answers, locates } = plan
  return {
    plan,
    statements: plan.steps.map((step) => bind(step, values)),
    writes,
    answers,
    locates,
    key,
    rows,
  }
}

/** @param results of its statements, in their order */
export function replyOf(operation: Operation, results: readonly Result[]): Reply {
  const { writes, answers, locates, key } = operation
  const written = writes === null ? undefined : results[writes]
  const answer = answers === null ? null : bytesOf(results[answers]?.rows[0]?.[0])
  if (written === undefined || (answers !== null && answer === null)) throw unavailable()
  if (locates === null) return { affected: written.affectedRows, answer, key }
  // No row where none was made: what it met was there already.
  const located = textOf(results[locates]?.rows[0]?.[0])
  return { affected: written.affectedRows, answer, key: located === null ? null : keyTexts(located) }
}

export function answerOf({ plan }: Operation, reply: Reply): WriteAnswer {
  const answer = reply.answer === null ? null : takeApart(reply.answer)
  if (reply.answer !== null && answer === null) throw unavailable()
  return {
    affected: reply.affected,
    answer,
    columns: plan.columns,
    location: locationOf(plan, reply.key),
  }
}

/** A path names the key of what `PUT` makes; a body that names another one is about something else. */
function withPathKey(plan: WritePlan, rows: EncodedRows, texts: readonly string[]): EncodedRows {
  if (plan.key.length === 0) return rows
  const fields = plan.key.map(({ field }) => field)
  const cells = plan.key.map(({ value }) => texts[value] ?? '')
  const rules = { relation: plan.resource.name, isList: false, texts: true }
  const [key = []] = encodeRows(fields, [cells], rules)
  return rows.map((row) => {
    const full = [...row]
    for (const [part, field] of fields.entries()) {
      const index = plan.cells.findIndex((cell) => cell.field === field)
      const named = key[part] ?? nullValue
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
function keyOf(plan: WritePlan, row: readonly RowValue[]): readonly string[] | null {
  const key = plan.resource.key.map((field) => row[plan.cells.findIndex((cell) => cell.field === field)])
  return key.every((value): value is Value => value !== undefined && value !== databaseDefault)
    ? key.map((value) => textOf(value) ?? '')
    : null
}

/** The parts of a key as the database wrote them: integers keep their digits. */
function keyTexts(json: string): readonly string[] {
  const parts: string[] = []
  JSON.parse(json, (name: string, value: unknown, { source }: { readonly source?: string }) => {
    if (name !== '') parts.push(typeof value === 'string' ? value : (source ?? ''))
    return value
  })
  return parts
}

function locationOf({ resource, audience }: WritePlan, key: readonly string[] | null): string | null {
  const isShown = resource.key.every(
    (field) => ['text', 'integer'].includes(field.kind) && isFieldVisible(field, audience),
  )
  return key !== null && isShown ? key.map(encodeURIComponent).join(',') : null
}
