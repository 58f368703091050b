import { gt, isNull, type SQL, sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { and, or, type Verdict } from '../../declare/policy.ts'
import type { ResourceDeclaration } from '../../declare/resource.ts'
import { callerValue } from '../caller/value.ts'
import type { Field } from '../field.ts'
import type { Life } from '../resource.ts'

/**
 * What a resource says of the life of its rows.
 * @param fields every column of its table
 * @throws TypeError that names resource and column
 */
export function lifeOf(
  name: string,
  { table, options }: ResourceDeclaration,
  fields: ReadonlyMap<string, Field>,
): Life {
  const { expires, softDelete } = options
  const instantOf = (column: typeof expires, rule: string): Field | null => {
    if (column === undefined) return null
    const field = fields.get(column.name)
    if (column.table !== table || field === undefined) {
      throw new TypeError(
        `${name}: ${rule} names '${column.name}' of ${getTableConfig(column.table).name}, not of ${getTableConfig(table).name}`,
      )
    }
    if (field.kind === 'seconds' || field.kind === 'milliseconds') return field
    throw new TypeError(
      `${name}: ${rule} names '${column.name}', which is no instant: use integer({ mode: 'timestamp_ms' })`,
    )
  }
  const life: Life = {
    expires: instantOf(expires, 'expires'),
    deleted: instantOf(softDelete, 'softDelete'),
  }
  if (life.deleted !== null) checkDeleted(name, { table, options }, life.deleted)
  return life
}

/** Rows of which there is anything left to see; `true` where all of them are. */
export function isAlive({ life: { expires, deleted } }: { readonly life: Life }): Verdict {
  return and(
    deleted === null || isNull(deleted.column),
    expires === null ||
      or(expires.nullable && isNull(expires.column), gt(expires.column, requestInstant(expires))),
  )
}

/** The time of the request as the field stores it, as a parameter: a plan is kept for longer. */
export function requestInstant(field: Field): SQL {
  const milliseconds = callerValue('nowMilliseconds')
  // Of integers SQLite's quotient is one: the second that has begun.
  return field.kind === 'seconds' ? sql`${milliseconds} / 1000` : milliseconds
}

/** A row begins without it, DELETE sets it, and nothing else does. */
function checkDeleted(
  name: string,
  { table, options }: ResourceDeclaration,
  { column, nullable }: Field,
): void {
  const fault = (what: string) => new TypeError(`${name}: softDelete names '${column.name}', ${what}`)
  const { primaryKeys } = getTableConfig(table)
  if (!nullable || primaryKeys.some(({ columns }) => columns.some((part) => part.name === column.name)))
    throw fault('which is never null: each row would be deleted from the start')
  if (column.hasDefault || column.onUpdateFn !== undefined)
    throw fault('which fills itself: a default would delete each new row')
  if (column === options.expires) throw fault('which `expires` names, too: take a column for each')
  const ruled = Object.keys(options.fields ?? {}).find((property) => Reflect.get(table, property) === column)
  if (ruled !== undefined) throw fault(`which fields.${ruled} has a rule for: no request can name it`)
}
