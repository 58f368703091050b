import type { Reference } from '../../reference.ts'
import { type JsonObject, refTo } from '../json.ts'

/** What `POST /rest/v1/` takes and answers. */
export function batchSchemas({ resources }: Reference): JsonObject {
  const writes = resources.map(({ write }) => write)
  const methods = [
    ...(writes.some((write) => write.create !== null) ? ['POST'] : []),
    ...(writes.some((write) => write.update !== null) ? ['PATCH'] : []),
    ...(writes.some((write) => write.replace !== null) ? ['PUT'] : []),
    ...(writes.some((write) => write.delete) ? ['DELETE'] : []),
  ]
  return {
    Operation: {
      type: 'object',
      required: ['method', 'path'],
      additionalProperties: false,
      properties: {
        method: { type: 'string', enum: methods },
        path: {
          type: 'string',
          description:
            'What stands behind `/rest/v1/`, with its query string: `resource?parameters` or `resource/key`',
        },
        headers: {
          type: 'object',
          additionalProperties: false,
          properties: {
            prefer: { type: 'string' },
            'if-match': { type: 'string' },
            'if-none-match': { type: 'string' },
          },
        },
        body: {
          description:
            'What the operation sends by itself. `{ "$result": "/0/id" }` in place of a value is the `id` of the row that the first operation makes, `/0/1/id` that of its second row; a number that the database gives is not known so early.',
        },
      },
    },
    OperationAnswer: {
      type: 'object',
      required: ['status', 'headers', 'body'],
      properties: {
        status: { type: 'integer', description: 'The HTTP status' },
        headers: {
          type: 'object',
          description: '`content-range`, `etag`, `location` and `preference-applied`, as far as there are',
          additionalProperties: { type: 'string' },
        },
        body: { description: 'What was asked for by `return=representation`, or null' },
      },
    },
  }
}

export const operationRef = refTo('schemas', 'Operation')
export const operationAnswerRef = refTo('schemas', 'OperationAnswer')
