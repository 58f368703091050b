import type { SQL } from 'drizzle-orm'
import type { Limits } from '../../base/limits.ts'
import { integerValue, type Statement } from '../../base/statement.ts'
import type { RowSet } from '../../declare/procedure.ts'
import type { Audience } from '../../model/caller/audience.ts'
import type { Model } from '../../model/model.ts'
import { guard } from '../../query/guard.ts'
import type { ReadRequest } from '../../query/intent.ts'
import { resolve } from '../../query/resolve.ts'
import { bind } from '../../sql/plan.ts'
import { readStatement } from '../../sql/read.ts'
import { capFailure, singleFailure } from '../../sql/write/failure.ts'
import type { Asked } from '../write/asked.ts'
import { constraintProblem } from '../write/constraint.ts'
import type { Part } from './recorder.ts'

export interface SetRequest extends ReadRequest {
  /** Whether there must be one row: else nothing is written. */
  readonly isSingle: boolean
  /** The most rows that there may be, or nothing is written. */
  readonly cap: number | null
}

export interface SetContext {
  readonly audience: Audience
  readonly asked: Asked
  readonly context: { readonly model: Model; readonly admission: SQL; readonly limits: Limits }
}

/** The rows of a procedure's answer, as the caller may read them. */
export function setPart(
  { intent, values, isSingle, cap }: SetRequest,
  { which }: RowSet,
  { audience, asked, context }: SetContext,
): { readonly part: Part; readonly columns: readonly string[] } {
  const tree = resolve(intent, context.model, audience)
  // The session was looked at when the transaction began.
  const guarded = guard({ ...tree, session: false }, audience)
  const statement = readStatement(guarded, context.admission, context.limits.rows, {
    among: which,
  })
  const bound = bind(statement, { slots: values, caller: asked.caller, cursor: null, body: null })
  const { resource } = tree.root
  return {
    part: {
      statements: [demanding(bound, isSingle, cap)],
      problemOf: (error) => constraintProblem(error, { resource, audience }),
    },
    columns: statement.columns,
  }
}

/** The text of an answer begins with the number of its rows (`engine/answer.ts`), which a cast reads. */
function demanding({ sql, args }: Statement, isSingle: boolean, cap: number | null): Statement {
  if (!isSingle && cap === null) return { sql, args }
  const rows = `cast("text" as integer)`
  const cases = [
    ...(isSingle ? [`when ${rows} <> 1 then ${singleFailure.text}`] : []),
    ...(cap === null ? [] : [`when ${rows} > ? then ${capFailure.text}`]),
  ]
  return {
    // Materialized: each mention would else make the answer anew.
    sql: `with "_answer"("text") as materialized (${sql}) select case ${cases.join(' ')} else "text" end from "_answer"`,
    args: cap === null ? args : [...args, integerValue(cap)],
  }
}
