import type { FieldReference, ResourceReference } from '../reference.ts'
import { type JsonObject, refTo, refusals } from './json.ts'
import { rowRef } from './schema.ts'
import { code, embedText, filterText } from './text.ts'

/** The paths of a resource: its list, and its items by key. */
export function resourcePaths(resource: ResourceReference): readonly (readonly [string, JsonObject])[] {
  const list = [resource.path, listPath(resource)] as const
  return resource.key === null ? [list] : [list, [`${resource.path}/{id}`, itemPath(resource, resource.key)]]
}

function listPath(resource: ResourceReference): JsonObject {
  const shared = { tags: [resource.name], description: about(resource) }
  return {
    parameters: [
      ...['select', 'order', 'limit', 'offset', 'cursor', 'and', 'or'].map(parameterRef),
      ...['Range', 'Prefer', 'If-None-Match'].map(parameterRef),
      ...resource.fields.flatMap(filterParameter),
    ],
    get: {
      ...shared,
      operationId: `list_${resource.identifier}`,
      summary: `Rows of ${resource.name}`,
      responses: {
        200: listAnswer('The rows, all of them or as many as were asked for', resource),
        206: listAnswer('A part of the rows, and how many there are', resource),
        304: refTo('responses', 'not_modified'),
        ...refusals(300, 400, 401, 406, 414, 416, 503, 504),
      },
    },
    head: {
      ...shared,
      operationId: `count_${resource.identifier}`,
      summary: `Headers of a list of ${resource.name}, such as how many there are`,
      responses: {
        200: { description: 'All rows', headers: listHeaders },
        206: { description: 'A part of the rows', headers: listHeaders },
        304: refTo('responses', 'not_modified'),
        ...refusals(300, 400, 401, 406, 414, 416, 503, 504),
      },
    },
  }
}

function itemPath(resource: ResourceReference, key: readonly FieldReference[]): JsonObject {
  const shared = { tags: [resource.name], description: about(resource) }
  const headers = { ETag: refTo('headers', 'ETag') }
  const refused = refusals(300, 400, 401, 404, 406, 414, 503, 504)
  return {
    parameters: [keyParameter(key), parameterRef('select'), parameterRef('If-None-Match')],
    get: {
      ...shared,
      operationId: `get_${resource.identifier}`,
      summary: `One of ${resource.name} by its key`,
      responses: {
        200: {
          description: 'The row',
          headers,
          content: { 'application/json': { schema: rowRef(resource) } },
        },
        304: refTo('responses', 'not_modified'),
        ...refused,
      },
    },
    head: {
      ...shared,
      operationId: `head_${resource.identifier}`,
      summary: `Headers of one of ${resource.name}`,
      responses: {
        200: { description: 'It is there', headers },
        304: refTo('responses', 'not_modified'),
        ...refused,
      },
    },
  }
}

function about(resource: ResourceReference): string {
  return [resource.description ?? '', embedText(resource)].filter((text) => text !== '').join('\n\n')
}

function keyParameter(key: readonly FieldReference[]): JsonObject {
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

function filterParameter(each: FieldReference): readonly JsonObject[] {
  if (each.filter === null) return []
  return [
    {
      name: each.filter,
      in: 'query',
      description: filterText(each),
      schema: { type: 'string' },
    },
  ]
}

function parameterRef(name: string): JsonObject {
  return refTo('parameters', name)
}

const listHeaders: JsonObject = {
  'Content-Range': refTo('headers', 'Content-Range'),
  ETag: refTo('headers', 'ETag'),
  Link: refTo('headers', 'Link'),
}

function listAnswer(description: string, resource: ResourceReference): JsonObject {
  return {
    description,
    headers: listHeaders,
    content: {
      'application/json': { schema: { type: 'array', items: rowRef(resource) } },
      'application/vnd.pgrst.object+json': { schema: rowRef(resource) },
      'text/csv': { schema: { type: 'string', description: 'RFC 4180, with a header line' } },
    },
  }
}
