import { Problem } from '../base/problem.ts'
import type { Audience } from '../model/caller/audience.ts'
import type { Field } from '../model/field.ts'
import { isToOne } from '../model/relation.ts'
import type { Resource } from '../model/resource.ts'
import { findCast } from './cast.ts'
import type { AggregateIntent, SelectIntent } from './intent.ts'
import { findPath, visibleFields } from './name.ts'
import {
  type Cast,
  type Expression,
  embedAt,
  type Node,
  type Output,
  type Path,
  type Ungated,
} from './tree.ts'

/** What a node gives, in the order of select. */
export function resolveOutputs(
  select: readonly SelectIntent[],
  resource: Resource,
  audience: Audience,
): readonly Output[] {
  let embeds = 0
  const outputs = select.flatMap((item) =>
    item.kind === 'embed' ? embedOutput(item, embeds++) : valueOutputs(item, resource, audience),
  )
  return withoutDoubles(outputs)
}

function valueOutputs(
  item: Exclude<SelectIntent, { kind: 'embed' }>,
  resource: Resource,
  audience: Audience,
): readonly Output[] {
  switch (item.kind) {
    case 'all':
      return visibleFields(resource, audience).map((field) => ({
        kind: 'value',
        name: field.name,
        expression: { kind: 'path', path: { field, steps: [], asText: false }, cast: null },
      }))
    case 'count': {
      const expression: Expression = { kind: 'aggregate', name: 'count', of: null, cast: findCast(item.cast) }
      return [{ kind: 'value', name: item.alias ?? 'count', expression }]
    }
    case 'column': {
      const path = findPath(resource, audience, item.path)
      const value = { path, cast: findCast(item.cast) }
      const name = item.alias ?? item.aggregate?.name ?? nameOf(path)
      const expression: Expression =
        item.aggregate === null ? { kind: 'path', ...value } : aggregateOf(item.aggregate, value)
      return [{ kind: 'value', name, expression }]
    }
  }
}

function embedOutput(item: SelectIntent & { kind: 'embed' }, embed: number): readonly Output[] {
  // An embed that selects nothing only joins and filters.
  if (item.node.select.length === 0) return []
  return [
    item.spread ? { kind: 'spread', embed } : { kind: 'embed', name: item.alias ?? item.relation, embed },
  ]
}

/** PostgREST's rule: the last key of a JSON path, else the column. */
function nameOf(path: Path): string {
  const key = path.steps.findLast((step) => 'key' in step)
  return key !== undefined && 'key' in key ? key.key : path.field.name
}

const summable = new Set(['integer', 'real', 'numeric', 'bigint_blob'])

function aggregateOf(aggregate: AggregateIntent, of: { path: Path; cast: Cast | null }): Expression {
  const kind = of.cast ?? (of.path.steps.length > 0 ? (of.path.asText ? 'text' : 'json') : of.path.field.kind)
  if ((aggregate.name === 'sum' || aggregate.name === 'avg') && !summable.has(kind)) {
    throw new Problem('42883', {
      message: `function ${aggregate.name}(${kind}) does not exist`,
      hint: `Cast to a number first: ${of.path.field.name}::int.${aggregate.name}()`,
    })
  }
  return { kind: 'aggregate', name: aggregate.name, of, cast: findCast(aggregate.cast) }
}

/** `*,name` says one name twice and means it once. */
function withoutDoubles(outputs: readonly Output[]): readonly Output[] {
  const fields = new Set<Field>()
  return outputs.filter((output) => {
    const field = plainField(output)
    if (field === null) return true
    const isFirst = !fields.has(field)
    fields.add(field)
    return isFirst
  })
}

/**
 * One answer cannot have two members of one name, spread ones too: a client would see only one of them.
 * @throws Problem PGRST100
 */
export function checkNames(node: Node<Ungated>): void {
  const seen = new Set<string>()
  for (const name of namesOf(node)) {
    if (seen.has(name)) {
      throw new Problem('PGRST100', {
        message: `select gives the name '${name}' twice`,
        hint: `Give one of them an alias: other_name:${name}`,
      })
    }
    seen.add(name)
  }
}

function namesOf(node: Node<Ungated>): readonly string[] {
  return node.outputs.flatMap((output) =>
    output.kind === 'spread' ? namesOf(embedAt(node.embeds, output.embed).node) : [output.name],
  )
}

function plainField(output: Output): Field | null {
  if (output.kind !== 'value' || output.expression.kind !== 'path') return null
  const { path, cast } = output.expression
  return path.steps.length === 0 && cast === null && path.field.name === output.name ? path.field : null
}

/** @throws Problem PGRST123 or 42803 for what has no meaning beside an aggregate */
export function checkGrouped(node: Node<Ungated>): void {
  if (
    node.outputs.some(
      (output) => output.kind === 'embed' && !isToOne(embedAt(node.embeds, output.embed).relation),
    )
  ) {
    throw new Problem('PGRST123', {
      message: 'a to-many embed cannot stand beside an aggregate',
      hint: 'Aggregate inside the embed, or select the embed alone.',
    })
  }
  const grouped = node.outputs.flatMap((output) =>
    output.kind === 'value' && output.expression.kind === 'path' && output.expression.path.steps.length === 0
      ? [output.expression.path.field]
      : [],
  )
  for (const order of node.order) {
    if (order.embed !== null || order.path.steps.length > 0 || !grouped.includes(order.path.field)) {
      throw new Problem('42803', {
        message: `column ${node.resource.name}.${order.path.field.name} must be selected beside the aggregate to be used in order`,
      })
    }
  }
}
