import { getTableColumns } from 'drizzle-orm'
import { driverValue, type Value } from '../../base/statement.ts'
import type { HookContext } from '../../declare/hook.ts'
import { Refusal } from '../../declare/refusal.ts'
import { toValue } from '../../model/expression.ts'
import type { Field } from '../../model/field.ts'
import type { Resource } from '../../model/resource.ts'
import { encodeRows } from '../../query/input/rows.ts'
import { validateRows } from '../../query/input/schema.ts'
import type { WriteIntent, WriteRequest } from '../../query/write/intent.ts'
import type { WritePlan } from '../plans.ts'
import { refused } from '../refused.ts'
import type { EncodedRows } from './rows.ts'

/** A write after the author's schema and hook: the columns that are written, and their values. */
export interface Derived {
  readonly intent: WriteIntent
  readonly rows: EncodedRows
}

/**
 * What the author's schema and hook make of the rows of a body.
 * @throws Problem for a value that its field cannot have, 23514 of the schema, P0001 of the hook
 */
export async function derived(
  { resource, required }: Pick<WritePlan, 'resource' | 'required'>,
  request: WriteRequest,
  context: HookContext,
): Promise<Derived> {
  const { intent } = request
  const verb = intent.kind === 'insert' ? 'create' : intent.kind
  if (verb === 'delete') {
    runDelete(resource, context)
    return { intent, rows: [] }
  }
  const schema = resource.options.input?.[verb]
  const hook = resource.options.before?.[verb]
  const checked = schema === undefined ? request : await validated(schema, request)
  const names = checked.intent.columns
  const fields = names.map((name) => fieldOf(resource, name))
  const rules = {
    relation: resource.name,
    isList: intent.isList,
    texts: request.isText,
    // A schema and a hook may give what the client did not.
    required: schema === undefined && hook === undefined ? required : [],
  }
  const encoded = encodeRows(fields, checked.rows, rules)
  if (hook === undefined) return { intent: checked.intent, rows: encoded }
  const hooked = encoded.map((row) => {
    const values = new Map(
      fields.flatMap((field, index) => {
        const value = row[index]
        return value === undefined ? [] : [[field, fromDatabase(field, value)] as const]
      }),
    )
    return runHook(resource, verb, values, context)
  })
  return columnsOf(checked.intent, request.intent.columns, hooked)
}

/** The hook of a resource, over what is given of a row by field. @throws Problem P0001 */
export function runHook(
  resource: Resource,
  verb: 'create' | 'update',
  values: ReadonlyMap<Field, unknown>,
  context: HookContext,
): ReadonlyMap<Field, unknown> {
  const hook = resource.options.before?.[verb]
  if (hook === undefined) return values
  const columns = Object.entries(getTableColumns(resource.table))
  const draft = Object.fromEntries(
    columns.flatMap(([property, column]) => {
      const field = resource.fields.get(column.name)
      return field !== undefined && values.has(field) ? [[property, values.get(field)]] : []
    }),
  )
  const result = runBefore(() => hook(draft, context))
  return new Map(
    Object.entries(result)
      .filter(([, value]) => value !== undefined)
      .map(([property, value]) => {
        const column = columns.find(([name]) => name === property)?.[1]
        return [fieldOf(resource, column?.name ?? property), value] as const
      }),
  )
}

/** What the author says to a deletion. @throws Problem P0001 */
export function runDelete(resource: Resource, context: HookContext): void {
  runBefore(() => resource.options.before?.delete?.(context))
}

function runBefore<T>(work: () => T): T {
  try {
    const result = work()
    // A type of void takes it, and its refusal would come when the row is gone.
    if (result instanceof Promise) throw new TypeError('a hook answers at once, and not by a promise')
    return result
  } catch (error) {
    throw error instanceof Refusal ? refused(error) : error
  }
}

async function validated(
  schema: Parameters<typeof validateRows>[0],
  request: WriteRequest,
): Promise<WriteRequest> {
  const { intent, rows } = request
  const objects = rows.map((row) =>
    Object.fromEntries(
      intent.columns.flatMap((name, index) =>
        row[index] === undefined ? [] : [[name, row[index]] as const],
      ),
    ),
  )
  const made = await validateRows(schema, objects, intent.isList)
  // What is there and undefined is as what is not there.
  const names = [
    ...new Set(made.flatMap((row) => Object.keys(row).filter((name) => row[name] !== undefined))),
  ]
  const ofNames = made.map((row) => names.map((name) => row[name]))
  return {
    ...request,
    intent: withColumns(intent, intent.columns, names, ofNames),
    rows: ofNames,
  }
}

/** Rows that a hook made need not have the same columns any more. */
function columnsOf(
  intent: WriteIntent,
  given: readonly string[],
  rows: readonly ReadonlyMap<Field, unknown>[],
): Derived {
  const fields = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  const names = fields.map((field) => field.name)
  const encoded = rows.map((row) =>
    fields.map((field) => (row.has(field) ? toDatabase(field, row.get(field)) : undefined)),
  )
  return {
    intent: withColumns(intent, given, names, encoded),
    rows: encoded,
  }
}

/** An intent whose rows the author made: what the client did not give is the author's, and some rows may lack it. */
function withColumns(
  intent: WriteIntent,
  given: readonly string[],
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): WriteIntent {
  return {
    ...intent,
    columns,
    derived: columns.filter((name) => !given.includes(name)),
    sparse: columns.filter((_, index) => rows.some((row) => row[index] === undefined)),
  }
}

function fieldOf(resource: Resource, name: string): Field {
  const field = resource.fields.get(name)
  if (field !== undefined) return field
  throw new TypeError(`${resource.name}: its hook or schema gives '${name}', which is not a column`)
}

function fromDatabase({ column }: Field, value: Value): unknown {
  const raw = driverValue(value)
  return raw === null ? null : column.mapFromDriverValue(raw)
}

/** A value of Drizzle's, as the database has it. */
export function toDatabase({ column }: Field, value: unknown): Value {
  return toValue(value === null ? null : column.mapToDriverValue(value))
}
