import { Column, getTableColumns, is, SQL, Table } from 'drizzle-orm'
import { driverValue, type Value } from '../../base/statement.ts'

/** A name of a row, by the way that leads to it, and how its value is read. */
interface Place {
  readonly path: readonly string[]
  readonly decode: (raw: unknown) => unknown
}

/**
 * Reads rows as Drizzle's drivers do: values in the order of the selection become members, those of a joined table the
 * members of an object, which is null where the join found nothing.
 */
export function rowReader(fields: object): (row: readonly Value[]) => unknown {
  const places = placesOf(fields, [])
  return (row) => {
    const read: Record<string, unknown> = {}
    const groups = new Map<string, Record<string, unknown>>()
    places.forEach(({ path, decode }, index) => {
      const [name = '', inner] = path
      const raw = driverValue(row[index] ?? { type: 'null' })
      const value = raw === null ? null : decode(raw)
      if (inner === undefined) read[name] = value
      else {
        const group = groups.get(name) ?? {}
        group[inner] = value
        groups.set(name, group)
        read[name] = group
      }
    })
    for (const [name, group] of groups) {
      if (Object.values(group).every((value) => value === null)) read[name] = null
    }
    return read
  }
}

function placesOf(fields: object, path: readonly string[]): readonly Place[] {
  return Object.entries(fields).flatMap(([name, field]: readonly [string, unknown]): readonly Place[] => {
    const here = [...path, name]
    if (is(field, Column)) return [{ path: here, decode: (raw) => field.mapFromDriverValue(raw) }]
    if (is(field, SQL.Aliased)) return [{ path: here, decode: decoderOf(field.sql) }]
    if (is(field, SQL)) return [{ path: here, decode: decoderOf(field) }]
    if (is(field, Table)) return placesOf(getTableColumns(field), here)
    return typeof field === 'object' && field !== null ? placesOf(field, here) : []
  })
}

/** What `mapWith` said. */
function decoderOf(field: object): Place['decode'] {
  const decoder: unknown = 'decoder' in field ? field.decoder : null
  return isDecoder(decoder) ? (raw) => decoder.mapFromDriverValue(raw) : (raw) => raw
}

function isDecoder(value: unknown): value is { mapFromDriverValue(raw: unknown): unknown } {
  return typeof value === 'object' && value !== null && 'mapFromDriverValue' in value
}
