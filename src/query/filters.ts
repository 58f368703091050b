import { Problem } from '../base/problem.ts'
import { type Audience, isFieldVisible } from '../model/caller/audience.ts'
import { isToOne } from '../model/relation.ts'
import type { Resource } from '../model/resource.ts'
import type { FilterIntent, IsWhat, OrderIntent } from './intent.ts'
import { findPath } from './name.ts'
import { operators } from './operator.ts'
import { type Embed, embedAt, type Filter, type Order, type Path, type Ungated } from './tree.ts'

export function resolveFilter(
  filter: FilterIntent,
  resource: Resource,
  audience: Audience,
  names: ReadonlyMap<string, number>,
): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, items: filter.items.map((item) => resolveFilter(item, resource, audience, names)) }
    case 'is': {
      const embed = filter.path.steps.length === 0 ? names.get(filter.path.column) : undefined
      if (embed !== undefined) return relatedFilter(filter, embed)
      const path = findPath(resource, audience, filter.path)
      checkTruth(filter.what, path)
      return { ...filter, path }
    }
    case 'compare': {
      if (names.has(filter.path.column) && !seesField(resource, audience, filter.path.column)) {
        throw new Problem('PGRST120', {
          message: `'${filter.path.column}' is an embed: it can only be filtered by is.null or not.is.null`,
        })
      }
      const operator = operators.get(filter.operator)
      if (operator === undefined)
        throw new Problem('PGRST100', { message: `unknown operator '${filter.operator}'` })
      const path = findPath(resource, audience, filter.path)
      if (operator.operand === 'words' && !resource.search.includes(path.field)) {
        const visible = resource.search.filter((field) => isFieldVisible(field, audience))
        throw new Problem('42883', {
          message: `${resource.name}.${path.field.name} has no full-text index`,
          hint: `Searchable: ${visible.map((field) => field.name).join(', ') || 'none'}`,
        })
      }
      return { ...filter, operator: operator.name, path }
    }
  }
}

/** SQLite takes the truth of anything, and of a text the truth of the number that it begins with. */
function checkTruth(what: IsWhat, path: Path): void {
  const canBeTrue = path.steps.length > 0 ? !path.asText : path.field.kind === 'boolean'
  if (what === 'null' || what === 'not_null' || canBeTrue) return
  throw new Problem('42804', {
    message: `argument of IS ${what.toUpperCase()} must be type boolean, not type ${path.asText ? 'text' : path.field.kind}`,
    hint: 'Only boolean columns and values behind -> are true, false or unknown.',
  })
}

function seesField(resource: Resource, audience: Audience, name: string): boolean {
  const field = resource.fields.get(name)
  return field !== undefined && isFieldVisible(field, audience)
}

function relatedFilter(filter: FilterIntent & { kind: 'is' }, embed: number): Filter {
  if (filter.what !== 'null' && filter.what !== 'not_null') {
    throw new Problem('PGRST120', {
      message: `'${filter.path.column}' is an embed: it can only be filtered by is.null or not.is.null`,
    })
  }
  return { kind: 'related', embed, present: (filter.what === 'null') === filter.negated }
}

export function resolveOrder(
  order: OrderIntent,
  resource: Resource,
  audience: Audience,
  related: { embeds: readonly Embed<Ungated>[]; names: ReadonlyMap<string, number> },
): Order {
  const shared = {
    descending: order.descending,
    nullsFirst: order.nulls === null ? order.descending : order.nulls === 'first',
  }
  if (order.relation === null)
    return { ...shared, path: findPath(resource, audience, order.path), embed: null }
  const embed = related.names.get(order.relation)
  if (embed === undefined) {
    throw new Problem('PGRST108', {
      message: `'${order.relation}' is not an embedded resource in this request`,
      hint: `Verify that '${order.relation}' is included in the 'select' query parameter.`,
    })
  }
  const { relation } = embedAt(related.embeds, embed)
  if (!isToOne(relation)) {
    throw new Problem('PGRST118', {
      message: `A related order on '${order.relation}' is not possible`,
      details: `'${resource.name}' and '${order.relation}' do not form a many-to-one or one-to-one relationship`,
    })
  }
  return { ...shared, path: findPath(relation.to, audience, order.path), embed }
}
