/**
 * What was asked, as parsed: plain data, may be nonsense. Names are still texts.
 *
 * An intent holds no value of a filter, only the slot where the value lies in `ReadRequest.values`. So an intent
 * *is* the shape of a query: its JSON, with the key of the audience, is the key under which the plan is kept, and since
 * a plan is made from the intent alone, no value can ever reach the text of a statement.
 */
export interface ReadIntent {
  readonly kind: 'read'
  readonly resource: string
  readonly root: NodeIntent
  /** What the database writes: a JSON array of rows, or CSV lines without the header. */
  readonly format: 'json' | 'csv'
  /** `nulls=stripped`: members that are null are left out. */
  readonly nullsStripped: boolean
  readonly count: CountKind | null
  /** One item by its primary key: a slot for each part of the key, in the order of the key. */
  readonly key: readonly Slot[] | null
  /** Whether the page starts after a cursor; its values are not slots of the intent. */
  readonly afterCursor: boolean
}

export type CountKind = 'exact' | 'planned' | 'estimated'

/** Index into `ReadRequest.values`. */
export type Slot = number

/** The intent and the values that it leaves out. */
export interface ReadRequest {
  readonly intent: ReadIntent
  /** Raw texts, as they came, percent-decoded. First the parts of the key, then limit and offset of the root. */
  readonly values: readonly string[]
}

/** The root, or an embed: what to take of a resource's rows. */
export interface NodeIntent {
  /** Never empty in the root: an absent `select` is `*`. Empty in an embed: joins and filters only. */
  readonly select: readonly SelectIntent[]
  /** All of them must hold. */
  readonly where: readonly FilterIntent[]
  readonly order: readonly OrderIntent[]
  /** Always there in the root, as `offset` is, so that all pages of a list are one intent. In an embed: null is all. */
  readonly limit: Slot | null
  readonly offset: Slot | null
}

export type SelectIntent =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'column'
      readonly path: PathIntent
      readonly alias: string | null
      /** The name after `::` before any aggregate, such as `text`. */
      readonly cast: string | null
      readonly aggregate: AggregateIntent | null
    }
  | { readonly kind: 'count'; readonly alias: string | null; readonly cast: string | null }
  | {
      readonly kind: 'embed'
      readonly relation: string
      readonly hint: string | null
      readonly join: 'inner' | 'left'
      readonly alias: string | null
      readonly spread: boolean
      readonly node: NodeIntent
    }

export type AggregateName = 'sum' | 'avg' | 'min' | 'max' | 'count'

export interface AggregateIntent {
  readonly name: AggregateName
  /** The name after `::` behind the aggregate. */
  readonly cast: string | null
}

/** A column, or a value inside a JSON column. */
export interface PathIntent {
  readonly column: string
  readonly steps: readonly JsonStep[]
  /** Whether the last arrow is `->>`: the value as text. */
  readonly asText: boolean
}

export type JsonStep = { readonly key: string } | { readonly index: number }

export type FilterIntent =
  | {
      readonly kind: 'and' | 'or'
      readonly negated: boolean
      readonly items: readonly FilterIntent[]
    }
  | {
      readonly kind: 'compare'
      readonly path: PathIntent
      /** A name of the operator table (operator.ts). */
      readonly operator: string
      readonly negated: boolean
      readonly quantifier: 'any' | 'all' | null
      /** Of `in`, and with a quantifier: a JSON array of texts (behind a quantifier also nulls), so that length is no shape. */
      readonly value: Slot
    }
  | {
      /** On a name that is an embed of the same node: whether it has rows (`rel=is.null`, `rel=not.is.null`). */
      readonly kind: 'is'
      readonly path: PathIntent
      readonly negated: boolean
      readonly what: IsWhat
    }

export type IsWhat = 'null' | 'not_null' | 'true' | 'false' | 'unknown'

export interface OrderIntent {
  readonly path: PathIntent
  /** `relation(column)`: the alias or name of a to-one embed of the same node. */
  readonly relation: string | null
  readonly descending: boolean
  /** Null: PostgreSQL's rule, last when ascending and first when descending. */
  readonly nulls: 'first' | 'last' | null
}
