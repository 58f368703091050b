import { Problem } from '../base/problem.ts'
import { type Audience, isFieldVisible } from '../model/caller/audience.ts'
import type { Field } from '../model/field.ts'
import type { Model } from '../model/model.ts'
import type { Resource } from '../model/resource.ts'
import { resolveFilter, resolveOrder } from './filters.ts'
import type { NodeIntent, ReadIntent, SelectIntent, Slot } from './intent.ts'
import { findRelation, findResource, noSuchItem } from './name.ts'
import { checkGrouped, checkNames, resolveOutputs } from './outputs.ts'
import { type Embed, type Filter, isGrouped, type Node, type Tree, type Ungated } from './tree.ts'

/**
 * Turns what was asked into entries of the model, as far as the audience may see it.
 * @throws Problem for each name that is not there, and for what cannot be combined
 */
export function resolve(intent: ReadIntent, model: Model, audience: Audience): Tree {
  const resource = findResource(model, audience, intent.resource)
  const scope = newScope(audience)
  const root = withDefaultOrder(resolveNode(intent.root, resource, scope), intent, audience)
  const key = intent.key === null ? [] : resolveKey(intent.key, resource, audience)
  const pageable = endsInUniqueKey(root)
  if (intent.afterCursor && !pageable) {
    throw new Problem('CURSOR_INVALID', {
      message: 'a cursor needs an order that ends in a unique key',
      hint: 'Add the primary key as the last term of `order`.',
    })
  }
  return {
    root,
    format: intent.format,
    nullsStripped: intent.nullsStripped,
    count: intent.count,
    key,
    version: key.length > 0 ? visibleVersion(resource, audience) : null,
    pageable,
    afterCursor: intent.afterCursor,
    session: audience.session,
  }
}

/** What one resolution keeps. */
export interface Scope {
  readonly audience: Audience
  /** Numbers row sources in the order in which they are met. */
  nextRow(): number
}

export function newScope(audience: Audience): Scope {
  let next = 0
  return { audience, nextRow: () => next++ }
}

/** Its `where` begins with the filters of the intent, in their order; what `!inner` demands comes after them. */
export function resolveNode(intent: NodeIntent, resource: Resource, scope: Scope): Node<Ungated> {
  const row = scope.nextRow()
  const { embeds, names, joins } = resolveEmbeds(intent.select, resource, scope)
  const outputs = resolveOutputs(intent.select, resource, scope.audience)
  const node: Node<Ungated> = {
    resource,
    row,
    gate: null,
    embeds,
    outputs,
    where: [
      ...intent.where.map((filter) => resolveFilter(filter, resource, scope.audience, names)),
      ...joins,
    ],
    order: intent.order.map((order) => resolveOrder(order, resource, scope.audience, { embeds, names })),
    limit: intent.limit,
    offset: intent.offset,
  }
  checkNames(node)
  if (isGrouped(node)) checkGrouped(node)
  return node
}

/**
 * One item by the parts of its primary key. A part of them would choose one of several rows; and a hidden part would
 * be told by who finds a row with it.
 * @throws Problem NOT_FOUND
 */
export function resolveKey(
  slots: readonly Slot[],
  resource: Resource,
  audience: Audience,
): readonly { readonly field: Field; readonly value: Slot }[] {
  const key = slots.flatMap((value, index) => {
    const field = resource.key[index]
    return field === undefined ? [] : [{ field, value }]
  })
  const isWhole = slots.length === resource.key.length
  if (isWhole && key.every(({ field }) => isFieldVisible(field, audience))) return key
  throw noSuchItem(resource.name)
}

/** The version of a row, for who may see it. */
export function visibleVersion({ version }: Resource, audience: Audience): Field | null {
  return version !== null && isFieldVisible(version, audience) ? version : null
}

/** Embeds in the order of select, how filters and orders call them, and what `!inner` demands. */
function resolveEmbeds(select: readonly SelectIntent[], resource: Resource, scope: Scope) {
  const embeds: Embed<Ungated>[] = []
  const names = new Map<string, number>()
  const joins: Filter[] = []
  for (const item of select) {
    if (item.kind !== 'embed') continue
    const relation = findRelation(resource, scope.audience, item.relation, item.hint)
    const node = resolveNode(item.node, relation.to, scope)
    const through = relation.through === null ? null : { row: scope.nextRow(), gate: null }
    names.set(item.alias ?? item.relation, embeds.length)
    if (item.join === 'inner') joins.push({ kind: 'related', embed: embeds.length, present: true })
    embeds.push({ relation, node, through })
  }
  return { embeds, names, joins }
}

/** Without an order, pages would be cut from nothing: the primary key, unless there is one row or there are groups. */
function withDefaultOrder(root: Node<Ungated>, intent: ReadIntent, audience: Audience): Node<Ungated> {
  if (root.order.length > 0 || intent.key !== null || isGrouped(root)) return root
  // A cursor holds what it is sorted by, and may be read.
  if (!root.resource.key.every((field) => isFieldVisible(field, audience))) return root
  const order = root.resource.key.map((field) => ({
    path: { field, steps: [], asText: false },
    embed: null,
    descending: false,
    nullsFirst: false,
  }))
  return { ...root, order }
}

function endsInUniqueKey(root: Node<Ungated>): boolean {
  if (isGrouped(root) || root.order.some((order) => order.path.field.kind === 'blob')) return false
  const own = root.order
    .filter((order) => order.embed === null && order.path.steps.length === 0)
    .map((order) => order.path.field)
  const last = own.at(-1)
  if (last === undefined || root.order.at(-1)?.path.field !== last) return false
  return [root.resource.key, ...root.resource.uniques].some(
    (unique) => unique.includes(last) && unique.every((field) => !field.nullable && own.includes(field)),
  )
}
