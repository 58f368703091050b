/**
 * The parameters of a query string, sorted by what they are about.
 *
 * One rule for parameters that come twice: filters, `and` and `or` must all hold; everything else may come once.
 * A reserved word in quotes is a column: `"order"=eq.1`.
 */
import { Problem } from '../../../base/problem.ts'
import type { PathIntent } from '../../../query/intent.ts'
import { parseFilter, parseLogic } from '../filter.ts'
import { parseOrder } from '../order.ts'
import { readLimit, readOffset } from '../page.ts'
import type { Pair } from '../query-string.ts'
import {
  type Budget,
  char,
  expectEnd,
  isQuoted,
  readName,
  readPath,
  type Scan,
  take,
} from '../scan/scanner.ts'
import { type Branch, findBranch } from '../select.ts'

/** The parameters of the root that may come once, and the others as they came: filters, trees, those of embeds. */
export interface Parameters {
  select: string | null
  order: string | null
  limit: string | null
  offset: string | null
  cursor: string | null
  /** Of writes: without effect on a read. */
  columns: string | null
  on_conflict: string | null
  readonly others: Pair[]
}

/** @throws Problem PGRST100 for what comes twice, or does not apply to one item */
export function sortParameters(pairs: readonly Pair[], isItem: boolean): Parameters {
  const found: Parameters = {
    select: null,
    order: null,
    limit: null,
    offset: null,
    cursor: null,
    columns: null,
    on_conflict: null,
    others: [],
  }
  for (const pair of pairs) {
    switch (pair.key) {
      case 'order':
      case 'limit':
      case 'offset':
      case 'cursor':
        if (isItem) refuseOnItem(pair.key)
        if (found[pair.key] !== null) refuseRepeated(pair.key)
        found[pair.key] = pair.value
        break
      case 'select':
      case 'columns':
      case 'on_conflict':
        if (found[pair.key] !== null) refuseRepeated(pair.key)
        found[pair.key] = pair.value
        break
      case 'apikey':
        throw new Problem('PGRST100', {
          message: 'apikey is not read from the query string, where logs and histories would keep it',
          hint: 'Send it in the apikey header. A column of that name is filtered by "apikey"=eq.….',
        })
      default:
        found.others.push(pair)
    }
  }
  return found
}

/** Adds a filter, a tree, or the order, limit or offset of an embed to its node. */
export function attach(pair: Pair, root: Branch, isItem: boolean, values: string[], budget: Budget): void {
  const target = readTarget(pair.key, budget)
  if (isItem && target.embeds.length === 0) refuseOnItem(pair.key)
  const { node } = findBranch(root, target.embeds)
  switch (target.kind) {
    case 'filter':
      node.where.push(parseFilter(target.path, pair.value, values, budget))
      break
    case 'and':
    case 'or':
      node.where.push(parseLogic(target.kind, target.negated, pair.value, values, budget))
      break
    case 'order':
      if (node.order.length > 0) refuseRepeated(pair.key)
      node.order = parseOrder(pair.value, pair.key, budget)
      break
    case 'limit':
      if (node.limit !== null) refuseRepeated(pair.key)
      node.limit = values.push(String(readLimit(pair.value, pair.key, budget.limits))) - 1
      break
    case 'offset':
      if (node.offset !== null) refuseRepeated(pair.key)
      node.offset = values.push(String(readOffset(pair.value, pair.key, budget.limits))) - 1
      break
  }
}

/** What a parameter is about, from its name: `status`, `data->>a`, `items.price`, `items.not.or`, `items.order`. */
type Target = { readonly embeds: readonly string[] } & (
  | { readonly kind: 'filter'; readonly path: PathIntent }
  | { readonly kind: 'and' | 'or'; readonly negated: boolean }
  | { readonly kind: 'order' | 'limit' | 'offset' }
)

function readTarget(key: string, budget: Budget): Target {
  const scan: Scan = { text: key, subject: 'the name of a parameter', budget, at: 0 }
  const names: string[] = []
  let not = -1
  for (;;) {
    const quoted = isQuoted(scan)
    const name = readName(scan, 'the name of a column or of an embed')
    if (take(scan, char.dot)) {
      if (name === 'not' && !quoted && not < 0) not = names.length
      names.push(name)
      continue
    }
    const path = readPath(scan, name)
    expectEnd(scan, 'a dot, an arrow or =', 'Write column=eq.1, data->>key=eq.1 or embed.column=eq.1.')
    if (quoted || path.steps.length > 0) return { embeds: names, kind: 'filter', path }
    switch (name) {
      case 'and':
      case 'or':
        if (not >= 0) names.splice(not, 1)
        return { embeds: names, kind: name, negated: not >= 0 }
      case 'order':
      case 'limit':
      case 'offset':
        return { embeds: names, kind: name }
      default:
        return { embeds: names, kind: 'filter', path }
    }
  }
}

function refuseRepeated(parameter: string): never {
  throw new Problem('PGRST100', {
    message: `The parameter ${JSON.stringify(parameter)} was given more than once`,
    hint: 'Only filters may be repeated: they must all hold. Terms of select and order are separated by commas.',
  })
}

function refuseOnItem(parameter: string): never {
  throw new Problem('PGRST100', {
    message: `The parameter ${JSON.stringify(parameter)} does not apply to one item`,
    hint: 'An item takes select and the parameters of its embeds. Use the list for filters, order and pages.',
  })
}
