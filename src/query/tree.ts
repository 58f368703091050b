import type { Verdict } from '../declare/policy.ts'
import type { Field } from '../model/field.ts'
import type { Relation, Resource } from '../model/resource.ts'
import type { AggregateName, CountKind, IsWhat, JsonStep, Slot } from './intent.ts'
import type { OperatorName } from './operator.ts'

/**
 * An intent resolved against the model: every name is an entry. `G` is the gate of each row source: `Ungated` as
 * resolved; `Gate`, which only `guard` can make, in the tree that may become SQL.
 */
export interface ReadTree<G> {
  readonly root: Node<G>
  readonly format: 'json' | 'csv'
  readonly nullsStripped: boolean
  readonly count: CountKind | null
  /** The primary key of one item, part by part. */
  readonly key: readonly { readonly field: Field; readonly value: Slot }[]
  /** The version of an item, where the caller may see it. */
  readonly version: Field | null
  /** Whether the order ends in a unique key, so that a page can say where the next one starts. */
  readonly pageable: boolean
  readonly afterCursor: boolean
  /** Whether the statement must check the caller's session. */
  readonly session: boolean
}

export type Ungated = null

declare const gate: unique symbol
/** Which rows of a source the caller may read. Made by `guard` alone: it is what makes a tree fit to become SQL. */
export interface Gate {
  readonly [gate]: true
  readonly verdict: Verdict
}

export type Tree = ReadTree<Ungated>
export type Guarded = ReadTree<Gate>

/** The root, or an embed. */
export interface Node<G> {
  readonly resource: Resource
  /** Number of its row source in the statement. */
  readonly row: number
  readonly gate: G
  readonly embeds: readonly Embed<G>[]
  readonly outputs: readonly Output[]
  /** All of them must hold. */
  readonly where: readonly Filter[]
  readonly order: readonly Order[]
  readonly limit: Slot | null
  readonly offset: Slot | null
}

export interface Embed<G> {
  readonly relation: Relation
  readonly node: Node<G>
  readonly through: { readonly row: number; readonly gate: G } | null
}

/** What a row of a node gives. `embed` is an index into `Node.embeds`. */
export type Output =
  | { readonly kind: 'value'; readonly name: string; readonly expression: Expression }
  | { readonly kind: 'embed'; readonly name: string; readonly embed: number }
  | { readonly kind: 'spread'; readonly embed: number }

export type Expression =
  | { readonly kind: 'path'; readonly path: Path; readonly cast: Cast | null }
  | {
      readonly kind: 'aggregate'
      readonly name: AggregateName
      /** Null: rows are counted. */
      readonly of: { readonly path: Path; readonly cast: Cast | null } | null
      readonly cast: Cast | null
    }

/** A field, or a value inside a JSON field. */
export interface Path {
  readonly field: Field
  readonly steps: readonly JsonStep[]
  readonly asText: boolean
}

export type Cast = 'text' | 'integer' | 'real' | 'boolean' | 'json' | 'date'

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly negated: boolean; readonly items: readonly Filter[] }
  | {
      readonly kind: 'compare'
      readonly path: Path
      readonly operator: OperatorName
      readonly negated: boolean
      readonly quantifier: 'any' | 'all' | null
      readonly value: Slot
    }
  | { readonly kind: 'is'; readonly path: Path; readonly negated: boolean; readonly what: IsWhat }
  | { readonly kind: 'related'; readonly embed: number; readonly present: boolean }

export interface Order {
  readonly path: Path
  /** Index into `Node.embeds` of a to-one embed whose field it is; null: the node's own. */
  readonly embed: number | null
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Whether its rows are groups: then each row is not a row of the table. */
export function isGrouped(node: { readonly outputs: readonly Output[] }): boolean {
  return node.outputs.some((output) => output.kind === 'value' && output.expression.kind === 'aggregate')
}

/** An index into a list of embeds was made from that list. */
export function embedAt<G>(embeds: readonly Embed<G>[], index: number): Embed<G> {
  const embed = embeds[index]
  if (embed === undefined) throw new RangeError(`no embed ${index}`)
  return embed
}
