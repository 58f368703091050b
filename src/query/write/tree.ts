import type { SQL } from 'drizzle-orm'
import type { Verdict } from '../../declare/policy.ts'
import type { Field } from '../../model/field.ts'
import type { Relation } from '../../model/resource.ts'
import type { Slot } from '../intent.ts'
import type { Filter, Gate, Node, Ungated } from '../tree.ts'
import type { ReplyIntent } from './intent.ts'

/** A write resolved against the model. `G` as in `ReadTree`: only `guardWrite` makes what may become SQL. */
export type WriteTree<G> = InsertTree<G> | UpdateTree<G> | DeleteTree<G>

interface Shared<G> {
  /** What the reply gives; its gate is that of reading. */
  readonly root: Node<G>
  readonly reply: ReplyIntent | null
  /** Whether there must be one row. */
  readonly isSingle: boolean
  /** Whether the statement must check the caller's session. */
  readonly session: boolean
  readonly cap: Slot | null
  readonly match: Match | null
  /** The version that the answer tells. */
  readonly shownVersion: Field | null
}

export interface InsertTree<G> extends Shared<G> {
  readonly kind: 'insert'
  /** What the body gives, then what the server makes. */
  readonly cells: readonly Cell[]
  readonly isList: boolean
  /** What must hold of a row that was made. */
  readonly outcome: G
  readonly parents: readonly Parent<G>[]
  readonly conflict: Conflict<G> | null
  /** The key that the path names: the body gives it too, or not at all. */
  readonly key: readonly { readonly field: Field; readonly value: Slot }[]
}

export interface UpdateTree<G> extends Shared<G>, Chosen<G> {
  readonly kind: 'update'
  /** What the body gives, then what the server makes. */
  readonly cells: readonly Cell[]
  /** What must hold of a row that was changed. */
  readonly outcome: G
  readonly parents: readonly Parent<G>[]
}

export interface DeleteTree<G> extends Shared<G>, Chosen<G> {
  readonly kind: 'delete'
}

/** Which rows are touched: of those that the caller may read and touch. */
export interface Chosen<G> {
  readonly touched: G
  readonly where: readonly Filter[]
  /** What a procedure says of its rows. */
  readonly condition: Verdict
  readonly key: readonly { readonly field: Field; readonly value: Slot }[]
}

/** What an item must be before it is written. */
export type Match =
  | { readonly kind: 'version'; readonly field: Field; readonly versions: Slot }
  | { readonly kind: 'present' }
  | { readonly kind: 'absent' }

/** A field that is written: its value is the cell of the same place in each row. */
export interface Cell {
  readonly field: Field
  /** Who gives it: the client, the author's schema, hook or procedure, or the engine. */
  readonly from: 'body' | 'author' | 'server'
  /** Whether some row of the body leaves it to its default. */
  readonly isSparse: boolean
  /** What a procedure writes instead of a value. */
  readonly expression: SQL | null
}

/** What a row refers to must be there for the caller: a hidden row is as none. */
export interface Parent<G> {
  readonly relation: Relation
  readonly row: number
  readonly gate: G
}

export interface Conflict<G> {
  readonly on: readonly Field[]
  readonly action: 'merge' | 'ignore' | 'replace'
  /** What is written into a row that is there already. */
  readonly set: readonly Field[]
  /** Rows that are there already: which of them may be merged into, and what must hold of them then. */
  readonly touched: G
  /** Whether such a row is still there for anybody; its key and its unique values are taken even so. */
  readonly alive: G
  readonly outcome: G
}

export type UnguardedWrite = WriteTree<Ungated>
export type GuardedWrite = WriteTree<Gate>
