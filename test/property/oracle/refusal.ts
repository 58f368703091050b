import type { FilterIntent, NodeIntent, ReadIntent } from '../../../src/query/intent.ts'
import { wayOf } from './ways.ts'
import { isThere, seesField, tableOf, type Who, type World } from './world.ts'

/** Codes of all that is wrong with a question for who asks: what is hidden is unknown. Empty when it has an answer. */
export function refusals(world: World, intent: ReadIntent, who: Who): ReadonlySet<string> {
  return isThere(world, intent.resource, who)
    ? nodeRefusals(world, intent.root, intent.resource, who)
    : new Set(['PGRST205'])
}

export function nodeRefusals(
  world: World,
  root: NodeIntent,
  resource: string,
  who: Who,
): ReadonlySet<string> {
  const codes = new Set<string>()
  checkNode(root, resource)
  return codes

  function checkNode(node: NodeIntent, name: string): void {
    const far = new Map<string, string>()
    for (const item of node.select) {
      if (item.kind === 'column') checkColumn(name, item.path.column)
      if (item.kind !== 'embed') continue
      const way = wayOf(world, name, item, who)
      if (way === null) {
        codes.add('PGRST200')
        continue
      }
      far.set(item.alias ?? item.relation, way.to)
      checkNode(item.node, way.to)
    }
    for (const filter of node.where) checkFilter(filter, name, far)
    for (const { path, relation } of node.order) {
      const to = relation === null ? name : far.get(relation)
      if (to !== undefined) checkColumn(to, path.column)
    }
  }

  function checkFilter(filter: FilterIntent, name: string, far: ReadonlyMap<string, string>): void {
    switch (filter.kind) {
      case 'and':
      case 'or':
        for (const item of filter.items) checkFilter(item, name, far)
        break
      case 'is':
        if (!far.has(filter.path.column)) checkColumn(name, filter.path.column)
        break
      case 'compare':
        checkColumn(name, filter.path.column)
    }
  }

  function checkColumn(name: string, column: string): void {
    if (!seesField(tableOf(world, name), column, who)) codes.add('42703')
  }
}
