import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Field } from './field.ts'
import type { Pair, Relation, Resource } from './resource.ts'

export function isToOne(relation: Relation): boolean {
  return relation.kind === 'many-to-one' || relation.kind === 'one-to-one'
}

/** A foreign key between two declared resources. */
export interface Key {
  readonly name: string
  readonly child: Resource
  readonly parent: Resource
  /** `from` is the child's field, `to` the parent's. */
  readonly pairs: readonly Pair[]
}

/** Keys of one table to other declared tables; a key to a table that is no resource leads nowhere. */
export function keysOf(child: Resource, byTable: (column: SQLiteColumn) => Resource | null): Key[] {
  return child.foreignKeys.flatMap((foreignKey) => {
    const { columns, foreignColumns } = foreignKey.reference()
    const parent = foreignColumns[0] === undefined ? null : byTable(foreignColumns[0])
    if (parent === null) return []
    const pairs = columns.flatMap((column, index) => {
      const from = child.fields.get(column.name)
      const to = parent.fields.get(foreignColumns[index]?.name ?? '')
      return from === undefined || to === undefined ? [] : [{ from, to }]
    })
    return [{ name: foreignKey.getName(), child, parent, pairs }]
  })
}

/** Both directions of each key, and a way across each table whose primary key holds two keys. */
export function relationsOf(keys: readonly Key[]): Relation[] {
  return [
    ...keys.flatMap(directions),
    ...keys.flatMap((first) => keys.flatMap((second) => across(first, second))),
  ]
}

function directions(key: Key): Relation[] {
  const unique = coversUnique(
    key.child,
    key.pairs.map((pair) => pair.from),
  )
  const shared = { constraints: [key.name], through: null }
  return [
    {
      ...shared,
      kind: 'many-to-one',
      from: key.child,
      to: key.parent,
      pairs: key.pairs,
      hints: hintsOf(key),
    },
    {
      ...shared,
      kind: unique ? 'one-to-one' : 'one-to-many',
      from: key.parent,
      to: key.child,
      pairs: key.pairs.map(flip),
      hints: hintsOf(key),
    },
  ]
}

/** PostgREST's rule for a junction: the primary key contains the columns of both foreign keys. */
function across(first: Key, second: Key): Relation[] {
  const middle = first.child
  if (first === second || second.child !== middle) return []
  const inKey = [...first.pairs, ...second.pairs].every((pair) => middle.key.includes(pair.from))
  if (!inKey) return []
  return [
    {
      kind: 'many-to-many',
      from: first.parent,
      to: second.parent,
      constraints: [first.name, second.name],
      hints: new Set([middle.name, ...hintsOf(first), ...hintsOf(second)]),
      pairs: first.pairs.map(flip),
      through: { resource: middle, pairs: second.pairs },
    },
  ]
}

function hintsOf(key: Key): ReadonlySet<string> {
  const [pair, ...more] = key.pairs
  return pair !== undefined && more.length === 0
    ? new Set([key.name, pair.from.name, pair.to.name])
    : new Set([key.name])
}

function flip(pair: Pair): Pair {
  return { from: pair.to, to: pair.from }
}

function coversUnique(resource: Resource, fields: readonly Field[]): boolean {
  return [resource.key, ...resource.uniques].some(
    (unique) => unique.length > 0 && unique.every((field) => fields.includes(field)),
  )
}
