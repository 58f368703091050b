import type { SQL } from 'drizzle-orm'
import type { Limits } from '../../base/limits.ts'
import type { RowSet } from '../../declare/procedure.ts'
import type { Audience } from '../../model/caller/audience.ts'
import type { Model } from '../../model/model.ts'
import { guard } from '../../query/guard.ts'
import type { ReadRequest } from '../../query/intent.ts'
import { resolve } from '../../query/resolve.ts'
import { bind } from '../../sql/plan.ts'
import { readStatement } from '../../sql/read.ts'
import type { Asked } from '../write/operation.ts'
import type { Part } from './recorder.ts'

export interface SetContext {
  readonly audience: Audience
  readonly asked: Asked
  readonly context: { readonly model: Model; readonly admission: SQL; readonly limits: Limits }
}

/** The rows of a procedure's answer, as the caller may read them. */
export function setPart(
  { intent, values }: ReadRequest,
  { which }: RowSet,
  { audience, asked, context }: SetContext,
): { readonly part: Part; readonly columns: readonly string[] } {
  const tree = resolve(intent, context.model, audience)
  // The session was looked at when the transaction began.
  const guarded = guard({ ...tree, session: false }, audience)
  const statement = readStatement(guarded, context.admission, context.limits.rows, which)
  const bound = bind(statement, { slots: values, caller: asked.caller, cursor: null, body: null })
  return { part: { statements: [bound], problemOf: () => null }, columns: statement.columns }
}
