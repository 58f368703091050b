import { getTableName, type SQL } from 'drizzle-orm'
import { type ForeignKey, getTableConfig, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { BackendDeclaration } from '../../declare/backend.ts'
import type { ResourceDeclaration } from '../../declare/resource.ts'
import type { Field } from '../field.ts'
import type { Resource } from '../resource.ts'
import { tablesIn } from '../scope.ts'

/**
 * The field by which the rows of a resource are spread over databases; null of a resource that lies in the main one.
 *
 * No database sees the rows of another. So what is unique must have the shard key in it, the primary key too, and a
 * foreign key must lead to a row of the same shard key: the rules of every sharded database
 * (https://docs.citusdata.com/en/stable/develop/reference_ddl.html#creating-and-distributing-tables).
 * @param fields every column of its table
 * @throws TypeError that names resource and column
 */
export function shardKeyOf(
  name: string,
  { table, options }: ResourceDeclaration,
  fields: ReadonlyMap<string, Field>,
): Field | null {
  const { shardBy: column } = options
  if (column === undefined) return null
  const field = column.table === table ? fields.get(column.name) : undefined
  const fault = (what: string) => new TypeError(`${name}: shardBy names '${column.name}', ${what}`)
  if (field === undefined)
    throw fault(`of ${getTableName(column.table)}, not a column of ${getTableName(table)}`)
  if (field.kind !== 'text' && field.kind !== 'integer') throw fault('which is neither a text nor an integer')
  if (field.nullable) throw fault('which may be NULL: add .notNull()')
  const isNumbered = column.primary && column.getSQLType() === 'integer'
  const isChanging = column.onUpdateFn !== undefined || options.softDelete === column
  // The database would fill it in, where nobody looked for such a row. What `$default` gives, the Worker has.
  const isFilled = column.default !== undefined
  if (isNumbered || isChanging || isFilled || column.generated !== undefined)
    throw fault('whose value the database works out or fills in, or that changes')
  for (const unique of uniqueSets(table)) {
    if (!unique.includes(column.name))
      throw fault(
        `and what is unique by (${unique.join(', ')}) could not be so over several databases: add '${column.name}' to it`,
      )
  }
  // A key leads to its database by its bytes, and what several of them answer is put in order by bytes.
  for (const { column: each } of fields.values()) {
    if (collation.test(each.getSQLType()))
      throw fault(`and '${each.name}' has a collation, but shards compare bytes: leave it out`)
  }
  // Of the tables that it depends on there is no version beside the rows of a shard.
  if (options.cache !== undefined)
    throw new TypeError(`${name}: it has shardBy and cache: what is sharded is not cached`)
  return field
}

/** In the type of a column: one that does not compare texts by their bytes. */
const collation = /\bcollate\b(?!\s*"?binary\b)/i

/** Names of the columns of each key, constraint and index that keeps rows apart; an expression has none. */
function uniqueSets(table: ResourceDeclaration['table']): readonly (readonly string[])[] {
  const { columns, primaryKeys, uniqueConstraints, indexes } = getTableConfig(table)
  const names = (list: readonly SQLiteColumn[]) => list.map((each) => each.name)
  return [
    ...columns.filter((each) => each.primary || each.isUnique).map((each) => [each.name]),
    ...[...primaryKeys, ...uniqueConstraints].map((each) => names(each.columns)),
    ...indexes
      .filter(({ config }) => config.unique)
      .map(({ config }) => config.columns.flatMap((each) => ('name' in each ? [each.name] : []))),
  ]
}

/**
 * Whether each foreign key stays in the database of its row, and what the backend says of itself goes with shards.
 * @throws TypeError that names resource and key
 */
export function checkPlaces(
  resources: readonly Resource[],
  { profile, tenants }: Pick<BackendDeclaration, 'profile' | 'tenants'>,
): void {
  const byTable = new Map(resources.map((resource) => [resource.table, resource]))
  for (const child of resources) {
    for (const key of child.foreignKeys) {
      const { foreignColumns, columns } = key.reference()
      const [to] = foreignColumns
      const parent = to === undefined ? undefined : byTable.get(to.table)
      if (isTogether(key, child, parent)) continue
      throw new TypeError(
        `${child.name}: the foreign key (${columns.map(({ name }) => name).join(', ')}) to ${to === undefined ? '' : getTableName(to.table)} could not hold over several databases: between sharded tables it leads from shard key to shard key, and other tables have none to them`,
      )
    }
    // The rows of all tenants would lie together, and a list over all shards would show them.
    if (child.shardKey !== null && tenants !== undefined)
      throw new TypeError(
        `${child.name}: it has shardBy, and the backend has tenants: shards are not theirs alone`,
      )
    if (child.shardKey !== null && child.table === profile?.table)
      throw new TypeError(
        `${child.name}: it is the profile of a sign-up, which is one transaction: it has no shardBy`,
      )
  }
}

function isTogether(key: ForeignKey, { shardKey }: Resource, parent: Resource | undefined): boolean {
  const from = shardKey
  const to = parent?.shardKey ?? null
  if (from === null || to === null) return from === to
  const { columns, foreignColumns } = key.reference()
  return (
    from.kind === to.kind &&
    columns.some((column, index) => column === from.column && foreignColumns[index] === to.column)
  )
}

/**
 * Whether an expression over a row can be answered where the row lies.
 * @param what how errors call the expression
 * @throws TypeError
 */
export function checkPlaced(
  { name, shardKey }: Resource,
  expression: SQL,
  sharded: ReadonlySet<string>,
  what = 'its policy',
): void {
  if (sharded.size === 0) return
  const tables = [...tablesIn(expression)]
  const elsewhere = shardKey === null ? tables.filter((table) => sharded.has(table)) : tables
  if (elsewhere.length === 0) return
  throw new TypeError(
    shardKey === null
      ? `${name}: ${what} queries ${elsewhere.join(', ')}, which is sharded: its rows lie in other databases`
      : `${name}: ${what} queries ${elsewhere.join(', ')}: of a sharded resource it is about the row and the caller alone`,
  )
}
