import type { ResourceReference } from '../../reference.ts'
import { type JsonObject, refTo, refusals } from '../json.ts'
import { inputRef } from '../schema/input.ts'
import { rowRef } from '../schema/row.ts'
import { about } from '../text.ts'
import { itemPath } from './item.ts'
import { filterRefs, parameterRef } from './parameter.ts'
import { keptHeaders, rowContent, writeAnswer, writeRefusals } from './written.ts'

/** The paths of a resource: its list, and its items by key; those of them where the audience may do something. */
export function resourcePaths(resource: ResourceReference): readonly (readonly [string, JsonObject])[] {
  const list = [resource.path, listPath(resource)] as const
  return resource.key === null ? [list] : [list, [`${resource.path}/{id}`, itemPath(resource, resource.key)]]
}

function listPath(resource: ResourceReference): JsonObject {
  const { write, isReadable } = resource
  const areListsWritten = !write.requiresMatch
  return {
    parameters: [parameterRef('select')],
    ...(isReadable && readOperations(resource)),
    ...(write.create !== null && { post: createOperation(resource) }),
    ...(write.update !== null && areListsWritten && { patch: updateOperation(resource) }),
    ...(write.delete && areListsWritten && { delete: deleteOperation(resource) }),
  }
}

function readOperations(resource: ResourceReference): JsonObject {
  const shared = {
    tags: [resource.name],
    description: about(resource),
    parameters: [
      ...['order', 'limit', 'offset', 'cursor'].map(parameterRef),
      ...['Range', 'Prefer', 'If-None-Match', 'Selvage-Bookmark'].map(parameterRef),
      ...filterRefs(resource),
    ],
  }
  return {
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

function createOperation(resource: ResourceReference): JsonObject {
  const { write } = resource
  const one = inputRef(resource, 'new')
  return {
    tags: [resource.name],
    description: about(resource),
    operationId: `create_${resource.identifier}`,
    summary: `Make rows of ${resource.name}`,
    parameters: ['columns', 'on_conflict', 'order', 'Prefer.create', 'Idempotency-Key'].map(parameterRef),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { anyOf: [one, { type: 'array', items: one }] } },
        'application/x-www-form-urlencoded': { schema: one },
        'text/csv': { schema: { type: 'string', description: 'RFC 4180, with a header line' } },
      },
    },
    responses: {
      201: writeAnswer('They are made', resource, { isItem: false, isMade: true }),
      ...writeRefusals({ hasBody: true }),
      ...(write.requiresMatch && refusals(428)),
    },
  }
}

function updateOperation(resource: ResourceReference): JsonObject {
  return {
    tags: [resource.name],
    description: `${chooseText(resource)}\n\n${about(resource)}`,
    operationId: `update_${resource.identifier}`,
    summary: `Change rows of ${resource.name}`,
    parameters: [
      ...['columns', 'order', 'Prefer.update', 'Idempotency-Key'].map(parameterRef),
      ...filterRefs(resource),
    ],
    requestBody: { required: true, content: rowContent(inputRef(resource, 'change')) },
    responses: {
      200: writeAnswer('They are changed', resource, { isItem: false, isMade: false }),
      204: { description: 'They are changed', headers: changedHeaders },
      ...writeRefusals({ hasBody: true }),
    },
  }
}

function deleteOperation(resource: ResourceReference): JsonObject {
  return {
    tags: [resource.name],
    description: `${chooseText(resource)}\n\n${about(resource)}`,
    operationId: `delete_${resource.identifier}`,
    summary: `Delete rows of ${resource.name}`,
    parameters: [...['order', 'Prefer.delete', 'Idempotency-Key'].map(parameterRef), ...filterRefs(resource)],
    responses: {
      200: writeAnswer('They are deleted: this is what they were', resource, {
        isItem: false,
        isMade: false,
      }),
      204: { description: 'They are deleted', headers: changedHeaders },
      ...writeRefusals({ hasBody: false }),
    },
  }
}

function chooseText({ write }: ResourceReference): string {
  return write.isUnfiltered
    ? 'All rows that the filters choose; without a filter, every row.'
    : 'All rows that the filters choose, of which there must be one at least.'
}

const changedHeaders: JsonObject = {
  'Selvage-Bookmark': refTo('headers', 'Selvage-Bookmark'),
  'Content-Range': refTo('headers', 'Content-Range'),
  'Preference-Applied': refTo('headers', 'Preference-Applied'),
}

const listHeaders: JsonObject = {
  'Content-Range': refTo('headers', 'Content-Range'),
  ETag: refTo('headers', 'ETag'),
  Link: refTo('headers', 'Link'),
  ...keptHeaders,
}

/** Also what a procedure answers with. */
export function listAnswer(description: string, resource: ResourceReference): JsonObject {
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
