import { Column, is, SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Payload } from '../../declare/after.ts'
import type { Verdict } from '../../declare/policy.ts'
import type { Field } from '../field.ts'
import { checkScope, columnsIn } from '../scope.ts'

/** An event that a write leaves in the outbox, for each row for which `when` holds. */
export interface Emission {
  readonly event: string
  readonly payload: readonly EmissionMember[]
  readonly when: SQL | true
}

export interface EmissionMember {
  readonly name: string
  readonly value: Field | SQL
}

/** Whose events they are, and what of it may be told. */
export interface Recorded {
  readonly name: string
  readonly table: SQLiteTable
  readonly fields: readonly Field[]
}

export interface DeclaredEmission {
  readonly event: string
  readonly payload: Payload
  readonly when: Verdict
}

/** Null of an event that never happens. @throws TypeError that names resource, event and field */
export function emissionOf(resource: Recorded, { event, payload, when }: DeclaredEmission): Emission | null {
  if (event === '') throw new TypeError(`${resource.name}: after emits an event without a name`)
  if (typeof when !== 'boolean')
    checkScope(resource.name, resource.table, when, `the condition of event '${event}'`)
  const members = Object.entries(payload).map(([name, value]) => {
    const place = `${name} of event '${event}'`
    return {
      name,
      value: is(value, Column) ? told(resource, place, value) : expression(resource, place, value),
    }
  })
  return when === false ? null : { event, payload: members, when }
}

/** A field that is never recorded is told to nobody outside either. */
function told({ name, table, fields }: Recorded, place: string, column: Column): Field {
  const field = fields.find((each) => each.column === column)
  if (field !== undefined) return field
  const why = column.table === table ? 'which is never recorded' : `which is no column of it`
  throw new TypeError(`${name}: ${place} is '${column.name}', ${why}`)
}

function expression(resource: Recorded, place: string, value: SQLiteColumn | SQL): SQL {
  if (!is(value, SQL)) throw new TypeError(`${resource.name}: ${place} is neither a column nor an expression`)
  checkScope(resource.name, resource.table, value, place)
  for (const column of columnsIn(value)) {
    if (column.table === resource.table) told(resource, place, column)
  }
  return value
}
