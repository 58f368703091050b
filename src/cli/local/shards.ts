import { getTableColumns, getTableName } from 'drizzle-orm'
import { keyText, placeOf } from '../../database/shard/place.ts'
import type { SeedRows } from '../../declare/backend.ts'
import type { ResourceDeclaration } from '../../declare/resource.ts'
import { toValue } from '../../model/expression.ts'
import { Failure } from '../command.ts'

/**
 * `DATABASE_SHARDS` of a development server: unless the file of secrets names some, the only shard is the main
 * database, where a list and a transaction are as over several, but for what they refuse.
 * @param sharded tables of the backend that are sharded
 */
export function localShards(
  sharded: ReadonlySet<string>,
  secrets: Readonly<Record<string, string>>,
  {
    databaseUrl: url,
    databaseToken,
  }: { readonly databaseUrl: string; readonly databaseToken: string | null },
): { readonly DATABASE_SHARDS?: string } {
  if (sharded.size === 0 || (secrets.DATABASE_SHARDS ?? '') !== '') return {}
  const node = { name: 'main', url, ...(databaseToken !== null && { token: databaseToken }) }
  return { DATABASE_SHARDS: JSON.stringify([node]) }
}

/**
 * Rows of a seed by the database in which they lie: those of the main one, then those of each shard.
 * @throws Failure for a row without its shard key
 */
export function rowsByPlace(
  rows: readonly SeedRows[],
  resources: readonly ResourceDeclaration[],
  names: readonly string[],
): readonly (readonly SeedRows[])[] {
  const keys = new Map(
    resources.flatMap(({ table, options }) =>
      options.shardBy === undefined ? [] : [[table, options.shardBy] as const],
    ),
  )
  return [-1, ...names.keys()].map((place) =>
    rows.flatMap(({ table, values }) => {
      const column = keys.get(table)
      const [property] = Object.entries(getTableColumns(table)).find(([, each]) => each === column) ?? []
      const isHere = (row: (typeof values)[number]): boolean => {
        if (column === undefined || property === undefined) return place === -1
        const value = row[property]
        const key = value == null ? null : keyText(toValue(column.mapToDriverValue(value)))
        if (key === null)
          throw new Failure(`The seed has a row of ${getTableName(table)} without its ${property}.`)
        return placeOf(key, names) === place
      }
      const here = values.filter(isHere)
      return here.length === 0 ? [] : [{ table, values: here }]
    }),
  )
}
