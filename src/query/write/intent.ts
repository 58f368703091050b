import type { NodeIntent, Slot } from '../intent.ts'

/**
 * What is to be written, as parsed. Like a `ReadIntent` it holds no value, so it is the shape of the write: the cells
 * of the body, the values of filters and the limits of preferences lie apart.
 */
export interface WriteIntent {
  readonly kind: 'insert' | 'update' | 'delete'
  readonly resource: string
  /** `select` is what the reply gives, `where` which rows are meant. An insert has no `where`. */
  readonly root: NodeIntent
  /** One item by its primary key: a slot for each part of the key. */
  readonly key: readonly Slot[] | null
  /** Names that the body gives, in the order of its cells. Empty for a delete. */
  readonly columns: readonly string[]
  /** Those of them that the author's schema or hook gives, and not the client. */
  readonly derived: readonly string[]
  /** Columns that some row does not give, so that its default is taken. */
  readonly sparse: readonly string[]
  /** Whether the body is a list: its rows are one parameter, whatever their number. */
  readonly isList: boolean
  readonly conflict: ConflictIntent | null
  /** What is answered: rows, or only how many there were. */
  readonly reply: ReplyIntent | null
  /** Whether there must be one row, also where none is answered: else nothing is written. */
  readonly isSingle: boolean
  /** The most rows that may be touched. */
  readonly cap: Slot | null
  readonly match: MatchIntent | null
}

export interface ReplyIntent {
  readonly format: 'json' | 'csv'
  readonly nullsStripped: boolean
}

/** What `If-Match` and `If-None-Match` demand of an item. */
export type MatchIntent =
  /** It must be there, and of one of these versions: a JSON array of numbers. */
  | { readonly kind: 'version'; readonly versions: Slot }
  | { readonly kind: 'present' }
  | { readonly kind: 'absent' }

/** What happens to a row that is there already. */
export interface ConflictIntent {
  /** Columns of a unique constraint; null: the primary key. */
  readonly on: readonly string[] | null
  /** `replace`: what the body does not give becomes its default. */
  readonly action: 'merge' | 'ignore' | 'replace'
}

/** A write, and the values that its intent leaves out. */
export interface WriteRequest {
  readonly intent: WriteIntent
  /** Raw texts of filters and of the key, by slot. */
  readonly values: readonly string[]
  /** Cells as they came, row by row, in the order of `intent.columns`. Undefined: left to its default. */
  readonly rows: readonly (readonly unknown[])[]
  /** Whether cells are texts, as those of CSV and forms are. */
  readonly isText: boolean
}
