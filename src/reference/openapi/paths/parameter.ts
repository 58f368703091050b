import type { FieldReference, ResourceReference } from '../../reference.ts'
import { identifiers } from '../../spelling.ts'
import type { WriteReference } from '../../write.ts'
import { type JsonObject, refTo } from '../json.ts'
import { code, filterText } from '../text.ts'

/** Parameters that depend on the resource. */

/** The filters of a resource, by the names of the components. */
export function filterComponents(resource: ResourceReference): JsonObject {
  return Object.fromEntries(
    filtersOf(resource).map(({ component, name, each }) => [
      component,
      { name, in: 'query', description: filterText(each), schema: { type: 'string' } },
    ]),
  )
}

/** What chooses rows, but for names that mean something else here. */
export function filterRefs(
  resource: ResourceReference,
  taken: ReadonlySet<string> = new Set(),
): readonly JsonObject[] {
  return [
    ...['and', 'or'].filter((name) => !taken.has(name)).map(parameterRef),
    ...filtersOf(resource)
      .filter(({ name }) => !taken.has(name))
      .map(({ component }) => parameterRef(component)),
  ]
}

export function parameterRef(name: string): JsonObject {
  return refTo('parameters', name)
}

export function keyParameter(key: readonly FieldReference[]): JsonObject {
  const names = key.map(({ field }) => code(field.name))
  const several = `The parts of the primary key, ${names.join(', ')}, in this order with commas between them.`
  return {
    name: 'id',
    in: 'path',
    required: true,
    description: key.length === 1 ? `The primary key, ${names.join()}.` : several,
    schema: { type: 'string' },
  }
}

/** What the item must be. */
export function ifMatchParameter(
  { requiresMatch, hasVersion }: WriteReference,
  isChange: boolean,
): JsonObject {
  const version = 'The `ETag` that a GET of the item answered: 412 when it has changed since. '
  return {
    name: 'If-Match',
    in: 'header',
    ...(requiresMatch && isChange && { required: true }),
    description: `${hasVersion ? version : ''}\`*\`: it must be there.`,
    schema: { type: 'string' },
  }
}

function filtersOf(resource: ResourceReference) {
  const identifierOf = identifiers(resource.fields.map(({ field }) => field.name))
  return resource.fields.flatMap((each) =>
    each.filter === null
      ? []
      : [
          {
            component: `filter.${resource.identifier}.${identifierOf.get(each.field.name)}`,
            name: each.filter,
            each,
          },
        ],
  )
}
