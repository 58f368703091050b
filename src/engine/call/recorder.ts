import type { SQL } from 'drizzle-orm'
import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { Problem } from '../../base/problem.ts'
import { nullValue, type Statement } from '../../base/statement.ts'
import type { SqlError } from '../../database/hrana/outcome.ts'
import type { HookContext } from '../../declare/hook.ts'
import type { Verdict } from '../../declare/policy.ts'
import { type ProcedureContext, type ProcedureDatabase, RowSet } from '../../declare/procedure.ts'
import { outbox } from '../../ledger/tables.ts'
import { type Audience, audienceOf, isVisible } from '../../model/caller/audience.ts'
import { service } from '../../model/caller/caller.ts'
import { callerValue } from '../../model/caller/value.ts'
import { toStatement } from '../../model/expression.ts'
import type { Model } from '../../model/model.ts'
import type { Resource } from '../../model/resource.ts'
import { guardWrite } from '../../query/guard.ts'
import { type RecordedValues, recordDelete, recordInsert, recordUpdate } from '../../query/write/record.ts'
import type { UnguardedWrite } from '../../query/write/tree.ts'
import { bind } from '../../sql/plan.ts'
import { readFailure, refusalStatement } from '../../sql/write/failure.ts'
import { writeStatements } from '../../sql/write/write.ts'
import { type Touching, touchingOf } from '../keep/touching.ts'
import { refused } from '../refused.ts'
import { refuseSharded } from '../shard/refuse.ts'
import type { Asked } from '../write/asked.ts'
import { constraintProblem } from '../write/constraint.ts'
import { runDelete, runHook, toDatabase } from '../write/derive.ts'
import { bindRows, completeRows } from '../write/rows.ts'

/** A part of the transaction, and what its failure means. */
export interface Part {
  readonly statements: readonly Statement[]
  problemOf(error: SqlError): Problem | null
}

export interface Recorder {
  readonly db: Pick<ProcedureDatabase, 'insert' | 'update' | 'delete' | 'require' | 'rows'>
  readonly emit: ProcedureContext<unknown>['emit']
  readonly parts: readonly Part[]
  /** What of `Model.watch` they write. */
  readonly touching: readonly Touching[]
  /** Whether one of them is more than a condition. */
  readonly hasWritten: boolean
}

interface Recording {
  readonly procedure: string
  readonly model: Model
  /** Errors name what the caller may see. */
  readonly audience: Audience
  /** Of a session that was looked at before: none is looked at here. */
  readonly admission: SQL
  readonly asked: Asked
  readonly hook: HookContext
}

/** Records what a handler writes, above policies: the procedure's own policy has decided who may call it. */
export function recorder(recording: Recording): Recorder {
  const { procedure, model, audience, admission, asked, hook } = recording
  const above = audienceOf(model.roles, service)
  const parts: Part[] = []
  const touching: Touching[] = []
  let hasWritten = false

  function record(tree: UnguardedWrite, values: RecordedValues): void {
    const { resource } = tree.root
    const condition = tree.kind === 'insert' ? true : tree.condition
    refuseSharded(model, procedure, [sql`${resource.table}`, condition, ...values.values()])
    const touched = touchingOf(tree, model.watch)
    const options = { caps: null, naming: touched.naming }
    const { steps } = writeStatements(guardWrite(tree, above), admission, options)
    const cells = tree.kind === 'delete' ? [] : tree.cells
    const given = cells.map(({ field, from, expression }) =>
      from === 'server' ? undefined : expression === null ? toDatabase(field, values.get(field)) : nullValue,
    )
    const body = bindRows(completeRows(cells, [given], asked), false)
    hasWritten = true
    touching.push(touched)
    const bound = { slots: [], caller: asked.caller, cursor: null, body }
    parts.push({
      statements: steps.map((step) => bind(step, bound)),
      problemOf: (error) =>
        hiddenUnless(isVisible(resource, audience), constraintProblem(error, { resource, audience })),
    })
  }

  return {
    parts,
    touching,
    get hasWritten() {
      return hasWritten
    },
    emit(event, payload) {
      hasWritten = true
      parts.push({ statements: [emission(recording, event, payload)], problemOf: () => null })
    },
    db: {
      insert: (table) => ({
        values(rows) {
          const resource = resourceOf(model, table)
          const list: readonly Readonly<Record<string, unknown>>[] = Array.isArray(rows) ? rows : [rows]
          for (const row of list) {
            const values = runHook(resource, 'create', valuesOf(resource, row), hook)
            record(recordInsert(resource, values, audience.session), values)
          }
        },
      }),
      update: (table) => ({
        set: (changes) => ({
          where(rows) {
            const resource = resourceOf(model, table)
            const values = runHook(resource, 'update', valuesOf(resource, changes), hook)
            record(recordUpdate(resource, values, rows), values)
          },
        }),
      }),
      delete: (table) => ({
        where(rows: Verdict) {
          const resource = resourceOf(model, table)
          runDelete(resource, hook)
          record(recordDelete(resource, rows), new Map())
        },
      }),
      require(condition, otherwise) {
        refuseSharded(model, procedure, [condition])
        const { text } = refusalStatement
        parts.push({
          statements: [
            toStatement(sql`select case when (${condition}) is not true then ${sql.raw(text)} end`),
          ],
          problemOf: (error) => (readFailure(error.message)?.code === 'refused' ? refused(otherwise) : null),
        })
      },
      rows(table, which) {
        refuseSharded(model, procedure, [which])
        return new RowSet(table, which)
      },
    },
  }
}

/** What went wrong in a table that the caller may not know of: its code alone. */
function hiddenUnless(isSeen: boolean, problem: Problem | null): Problem | null {
  return isSeen || problem === null ? problem : new Problem(problem.code)
}

/** An event of the procedure itself: it is about no one row. */
function emission({ procedure, asked }: Recording, event: string, payload: unknown): Statement {
  const at = asked.nowMilliseconds
  return toStatement(
    sql`insert into ${outbox}("at", "request_id", "resource", "key", "event", "payload") values (${at}, ${callerValue('requestId')}, ${`rpc/${procedure}`}, '{}', ${event}, ${JSON.stringify(payload)})`,
    asked.caller,
  )
}

function resourceOf(model: Model, table: SQLiteTable): Resource {
  const resource = [...model.resources.values()].find((each) => each.table === table)
  if (resource !== undefined) return resource
  throw new TypeError(
    `${getTableName(table)} is no resource: declare it with resource(${getTableName(table)}, {}), which nobody may read`,
  )
}

/** By field what is given by property; what is undefined is not given. */
function valuesOf(resource: Resource, row: Readonly<Record<string, unknown>>): RecordedValues {
  const columns = Object.entries(getTableColumns(resource.table))
  const unknown = Object.keys(row).find((name) => !columns.some(([property]) => property === name))
  if (unknown !== undefined) throw new TypeError(`${resource.name} has no column '${unknown}'`)
  const reserved = columns.find(([property, { name }]) => property in row && !resource.fields.has(name))
  if (reserved !== undefined)
    throw new TypeError(`${resource.name}: '${reserved[0]}' is set by a soft delete, and by nothing else`)
  return new Map(
    columns.flatMap(([property, column]) => {
      const field = resource.fields.get(column.name)
      const value = Object.hasOwn(row, property) ? row[property] : undefined
      return field === undefined || value === undefined ? [] : [[field, value] as const]
    }),
  )
}
