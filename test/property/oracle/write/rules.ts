import type { Data, Row, Stored, Who } from '../world.ts'

/** What is said of one row for who asks, when the tables are as `data`. */
export type Judge = (row: Row, data: Data) => boolean

/** What the oracle knows of writing to a table, written down by hand as `World` is. */
export interface Rules {
  /** Which rows someone may make, change or delete; null: none whatever they hold. A service key may all. */
  readonly creates: (who: Who) => Judge | null
  readonly changesFrom: (who: Who) => Judge | null
  readonly changesTo: (who: Who) => Judge | null
  readonly deletes: (who: Who) => Judge | null
  /** Who may give a column a value; default: whoever sees it, unless the server makes it. */
  readonly writes?: Readonly<Record<string, (who: Who) => boolean>>
  /** Columns that the server makes. */
  readonly owner?: string
  readonly atCreation?: readonly string[]
  /** It grows with each change. */
  readonly version?: string
  readonly defaults?: Readonly<Record<string, Stored>>
  readonly notNull: readonly string[]
  /** The key is one integer, which the database gives; `growing`: and no number twice. */
  readonly numbered?: 'highest' | 'growing'
  /** Beside the key. */
  readonly uniques: readonly (readonly string[])[]
  readonly holds: (row: Row) => boolean
  readonly parents: readonly ForeignKey[]
  /** The column in milliseconds that DELETE sets. */
  readonly softDelete?: string
  /** Whether writes leave in the audit what they did. */
  readonly audited: boolean
  /** Whether a change or a deletion may come without a filter. */
  readonly unfiltered?: boolean
}

export interface ForeignKey {
  readonly column: string
  /** Name of the resource; its key is `id`. */
  readonly to: string
  readonly onDelete: 'cascade' | 'set null' | 'no action'
}

export type AllRules = Readonly<Record<string, Rules>>

export function rulesOf(all: AllRules, name: string): Rules {
  const rules = all[name]
  if (rules === undefined) throw new RangeError(`the oracle has no rules of ${name}`)
  return rules
}

export const everyRow: Judge = () => true
