import type { FieldReference, ResourceReference } from '../../reference.ts'
import { type JsonObject, refTo, refusals } from '../json.ts'
import { inputRef } from '../schema/input.ts'
import { rowRef } from '../schema/row.ts'
import { about } from '../text.ts'
import { ifMatchParameter, keyParameter, parameterRef } from './parameter.ts'
import { keptHeaders, rowContent, writeAnswer, writeRefusals } from './written.ts'

/** One row by its key. */
export function itemPath(resource: ResourceReference, key: readonly FieldReference[]): JsonObject {
  const { write } = resource
  return {
    parameters: [keyParameter(key), parameterRef('select')],
    ...readOperations(resource),
    ...(write.update !== null && { patch: patchOperation(resource) }),
    ...(write.replace !== null && { put: putOperation(resource) }),
    ...(write.delete && { delete: deleteOperation(resource) }),
  }
}

function readOperations(resource: ResourceReference): JsonObject {
  const shared = {
    tags: [resource.name],
    description: about(resource),
    parameters: ['If-None-Match', 'Prefer.item', 'Selvage-Bookmark'].map(parameterRef),
  }
  const headers = { ETag: refTo('headers', 'ETag'), ...keptHeaders }
  const refused = refusals(300, 400, 401, 404, 406, 414, 503, 504)
  return {
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

function patchOperation(resource: ResourceReference): JsonObject {
  return {
    tags: [resource.name],
    description: about(resource),
    operationId: `patch_${resource.identifier}`,
    summary: `Change one of ${resource.name}`,
    parameters: [
      ifMatchParameter(resource.write, true),
      ...['columns', 'Prefer.update', 'Idempotency-Key'].map(parameterRef),
    ],
    requestBody: { required: true, content: rowContent(inputRef(resource, 'change')) },
    responses: {
      200: writeAnswer('It is changed', resource, { isItem: true, isMade: false }),
      204: { description: 'It is changed', headers: itemHeaders },
      ...itemRefusals(resource, true),
    },
  }
}

function putOperation(resource: ResourceReference): JsonObject {
  return {
    tags: [resource.name],
    description: about(resource),
    operationId: `put_${resource.identifier}`,
    summary: `Make or replace one of ${resource.name}`,
    parameters: [
      ifMatchParameter(resource.write, false),
      ...['If-None-Match.put', 'columns', 'Prefer.put', 'Idempotency-Key'].map(parameterRef),
    ],
    requestBody: { required: true, content: rowContent(inputRef(resource, 'whole')) },
    responses: {
      200: writeAnswer('It is replaced', resource, { isItem: true, isMade: false }),
      201: writeAnswer('It is made', resource, { isItem: true, isMade: true }),
      204: { description: 'It is replaced', headers: itemHeaders },
      ...itemRefusals(resource, true),
    },
  }
}

function deleteOperation(resource: ResourceReference): JsonObject {
  return {
    tags: [resource.name],
    description: about(resource),
    operationId: `remove_${resource.identifier}`,
    summary: `Delete one of ${resource.name}`,
    parameters: [
      ifMatchParameter(resource.write, true),
      ...['Prefer.delete', 'Idempotency-Key'].map(parameterRef),
    ],
    responses: {
      200: writeAnswer('It is deleted: this is what it was', resource, { isItem: true, isMade: false }),
      204: { description: 'It is deleted', headers: itemHeaders },
      ...itemRefusals(resource, false),
    },
  }
}

const itemHeaders: JsonObject = {
  'Preference-Applied': refTo('headers', 'Preference-Applied'),
  'Selvage-Bookmark': refTo('headers', 'Selvage-Bookmark'),
}

function itemRefusals({ write }: ResourceReference, hasBody: boolean): JsonObject {
  return {
    ...writeRefusals({ hasBody }),
    ...refusals(404, 412),
    ...(write.requiresMatch && refusals(428)),
  }
}
