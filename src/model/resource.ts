import type { ForeignKey, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { CacheOptions, ResourceOptions } from '../declare/resource.ts'
import type { Field } from './field.ts'
import type { Records } from './record/records.ts'

/** A table under policies. */
export interface Resource {
  readonly name: string
  readonly table: SQLiteTable
  readonly tableName: string
  readonly options: ResourceOptions<SQLiteTable>
  /** All that requests may name: without the column of `softDelete`. */
  readonly fields: ReadonlyMap<string, Field>
  /** The primary key, in its order. */
  readonly key: readonly Field[]
  /** Unique constraints and indexes besides the primary key. */
  readonly uniques: readonly (readonly Field[])[]
  /** The field that grows with each change of a row; null without one. */
  readonly version: Field | null
  readonly life: Life
  /** By whose value its rows are spread over databases; null where they lie in the main one. */
  readonly shardKey: Field | null
  /** Those of its table, to other tables that are no resources, too. */
  readonly foreignKeys: readonly ForeignKey[]
  /** Every way to another resource. */
  readonly relations: readonly Relation[]
  /** Names that the author gave to some of them. */
  readonly embeds: ReadonlyMap<string, Relation>
  /** Fields of its full-text index; empty without one. */
  readonly search: readonly Field[]
  /** How long answers with its rows may be kept; null: not at all. */
  readonly keep: Keep | null
  /** What writes keep of its rows. */
  readonly records: Records
}

/** How long answers with rows of a resource may be kept, in seconds. */
export type Keep = Readonly<Required<CacheOptions>>

/** Until when a row is there; null without such a rule. */
export interface Life {
  /** The instant from which on it is not. */
  readonly expires: Field | null
  /** The instant at which it was deleted. */
  readonly deleted: Field | null
}

/**
 * A way from one resource to another along foreign keys.
 * `many-to-one` and `one-to-one` give one row or none, the other two give a list.
 */
export interface Relation {
  readonly kind: 'many-to-one' | 'one-to-one' | 'one-to-many' | 'many-to-many'
  readonly from: Resource
  readonly to: Resource
  /** Names of the foreign keys that it goes along. */
  readonly constraints: readonly string[]
  /** Names by which `!hint` finds it: constraints, single key columns, the table in the middle. */
  readonly hints: ReadonlySet<string>
  /** Equal fields of the two ends, or of `from` and the table in the middle. */
  readonly pairs: readonly Pair[]
  readonly through: Through | null
}

export interface Pair {
  readonly from: Field
  readonly to: Field
}

/** The table in the middle: a resource too, so that its policy is a gate of its own. */
export interface Through {
  readonly resource: Resource
  /** Equal fields of the middle (`from`) and the far end (`to`). */
  readonly pairs: readonly Pair[]
}
