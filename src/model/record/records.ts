import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Operation } from '../../declare/after.ts'
import { everyone } from '../../declare/policy.ts'
import type { ResourceOptions } from '../../declare/resource.ts'
import type { Field } from '../field.ts'
import { type Emission, emissionOf, type Recorded } from './emission.ts'

/** What a write keeps of the rows of a resource, beside them: audit, and events for the outbox. */
export interface Records {
  /** Fields that may be kept. */
  readonly fields: readonly Field[]
  readonly isAudited: boolean
  readonly events: Readonly<Record<Operation, readonly Emission[]>>
  /** Whether an event of a change depends on what the change changed. */
  readonly comparesChanges: boolean
}

interface Declared {
  readonly name: string
  readonly table: SQLiteTable
  readonly options: ResourceOptions<SQLiteTable>
  readonly fields: ReadonlyMap<string, Field>
  readonly key: readonly Field[]
}

/** @throws TypeError that names resource and field, on what cannot be kept or told */
export function recordsOf({ name, table, options, fields, key }: Declared): Records {
  const hidden = key.find((field) => !field.recorded)
  if (hidden !== undefined)
    throw new TypeError(`${name}: '${hidden.name}' is of the key, by which its records are found`)
  const kept = [...fields.values()].filter((field) => field.recorded)
  const resource: Recorded = { name, table, fields: kept }
  let comparesChanges = false
  const change = (column: SQLiteColumn): SQL => {
    comparesChanges = true
    return changedField(resource, column)
  }
  const events = {
    create: emissionsOf(resource, options, 'create', () => true),
    update: emissionsOf(resource, options, 'update', change),
    delete: emissionsOf(resource, options, 'delete', () => true),
  }
  return { fields: kept, isAudited: options.audit === true, events, comparesChanges }
}

const pastTense: Readonly<Record<Operation, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
}

function emissionsOf(
  resource: Recorded,
  options: ResourceOptions<SQLiteTable>,
  operation: Operation,
  changed: (column: SQLiteColumn) => SQL | true,
): readonly Emission[] {
  const emissions: Emission[] = []
  if (options.outbox === true) {
    const shown = resource.fields.filter(({ read }) => read === null || read === everyone)
    const payload = shown.map((field) => ({ name: field.name, value: field }))
    emissions.push({ event: `${resource.name}.${pastTense[operation]}`, payload, when: true })
  }
  const returned: unknown = options.after?.({
    operation,
    changed,
    emit(event, payload, when = true) {
      const emission = emissionOf(resource, { event, payload, when })
      if (emission !== null) emissions.push(emission)
    },
  })
  if (returned instanceof Promise)
    throw new TypeError(`${resource.name}: after must not be async: it runs when the Worker starts`)
  return emissions
}

/** Beside the row of a change lie all of its fields, as they were and as they are (`sql/record/snapshot.ts`). */
function changedField({ name, fields }: Recorded, column: SQLiteColumn): SQL {
  const index = fields.findIndex((field) => field.column === column)
  if (index === -1)
    throw new TypeError(`${name}: after asks whether '${column.name}' changed, of which nothing is recorded`)
  const path = `$."${index}"`
  return sql`("_w"."before" -> ${path}) is not ("_w"."after" -> ${path})`
}
