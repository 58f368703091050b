import type {
  FilterIntent,
  JsonStep,
  NodeIntent,
  OrderIntent,
  PathIntent,
  ReadRequest,
  SelectIntent,
} from '../../../../src/query/intent.ts'

/** A request as pairs of a query string: what parseRead must read as the same request, slots apart. */
export function print({ intent, values }: ReadRequest): [string, string][] {
  return [['select', intent.root.select.map(selected).join(',')], ...parameters(intent.root, '', values)]
}

function parameters(node: NodeIntent, way: string, values: readonly string[]): [string, string][] {
  const pairs: [string, string][] = node.where.map((filter) => parameter(filter, way, values))
  if (node.order.length > 0) pairs.push([`${way}order`, node.order.map(term).join(',')])
  if (node.limit !== null) pairs.push([`${way}limit`, textAt(values, node.limit)])
  if (node.offset !== null) pairs.push([`${way}offset`, textAt(values, node.offset)])
  for (const item of node.select) {
    if (item.kind === 'embed') {
      pairs.push(...parameters(item.node, `${way}${name(item.alias ?? item.relation)}.`, values))
    }
  }
  return pairs
}

const name = (text: string) => `"${text}"`
const cast = (text: string | null) => (text === null ? '' : `::${text}`)
const alias = (text: string | null) => (text === null ? '' : `${name(text)}:`)
const textAt = (values: readonly string[], slot: number) => values[slot] ?? ''
const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`

function selected(item: SelectIntent): string {
  switch (item.kind) {
    case 'all':
      return '*'
    case 'count':
      return `${alias(item.alias)}count()${cast(item.cast)}`
    case 'column': {
      const aggregate = item.aggregate === null ? '' : `.${item.aggregate.name}()${cast(item.aggregate.cast)}`
      return `${alias(item.alias)}${path(item.path)}${cast(item.cast)}${aggregate}`
    }
    case 'embed': {
      const hint = item.hint === null ? '' : `!${name(item.hint)}`
      const head = `${item.spread ? '...' : alias(item.alias)}${name(item.relation)}${hint}!${item.join}`
      return `${head}(${item.node.select.map(selected).join(',')})`
    }
  }
}

function path({ column, steps, asText }: PathIntent): string {
  const arrow = (index: number) => (asText && index === steps.length - 1 ? '->>' : '->')
  return name(column) + steps.map((step, index) => arrow(index) + printStep(step)).join('')
}

function printStep(step: JsonStep): string {
  return 'key' in step ? name(step.key) : String(step.index)
}

function term(order: OrderIntent): string {
  const what = order.relation === null ? path(order.path) : `${name(order.relation)}(${path(order.path)})`
  return `${what}.${order.descending ? 'desc' : 'asc'}${order.nulls === null ? '' : `.nulls${order.nulls}`}`
}

function parameter(filter: FilterIntent, way: string, values: readonly string[]): [string, string] {
  if ('items' in filter) {
    const key = `${way}${filter.negated ? 'not.' : ''}${filter.kind}`
    return [key, `(${filter.items.map((item) => inTree(item, values)).join(',')})`]
  }
  return [`${way}${path(filter.path)}`, condition(filter, values, (text) => text)]
}

function inTree(filter: FilterIntent, values: readonly string[]): string {
  if ('items' in filter) {
    const items = filter.items.map((item) => inTree(item, values)).join(',')
    return `${filter.negated ? 'not.' : ''}${filter.kind}(${items})`
  }
  return `${path(filter.path)}.${condition(filter, values, quoted)}`
}

function condition(
  filter: Exclude<FilterIntent, { kind: 'and' | 'or' }>,
  values: readonly string[],
  wrap: (text: string) => string,
): string {
  const not = filter.negated ? 'not.' : ''
  if (filter.kind === 'is') return `${not}is.${filter.what}`
  const value = textAt(values, filter.value)
  const operator = `${not}${filter.operator}`
  if (filter.operator === 'in')
    return `${operator}.(${texts(value)
      .map((text) => quoted(text ?? ''))
      .join(',')})`
  if (filter.quantifier === null) return `${operator}.${wrap(value)}`
  const array = `{${texts(value)
    .map((text) => (text === null ? 'NULL' : quoted(text)))
    .join(',')}}`
  return `${operator}(${filter.quantifier}).${wrap(array)}`
}

function texts(list: string): readonly (string | null)[] {
  const items: unknown = JSON.parse(list)
  if (!Array.isArray(items)) throw new TypeError('A list must be a JSON array')
  return items.map((item: unknown) => (typeof item === 'string' ? item : null))
}
