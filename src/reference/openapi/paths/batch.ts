import type { Limits } from '../../../base/limits.ts'
import type { Reference } from '../../reference.ts'
import { isWritten } from '../../write.ts'
import { type JsonObject, refTo, refusals } from '../json.ts'
import { operationAnswerRef, operationRef } from '../schema/batch.ts'
import { parameterRef } from './parameter.ts'

/** Several writes at once, for whom there is something to write. */
export function batchPath(reference: Reference, limits: Limits): JsonObject {
  const written = reference.resources.filter(({ write }) => isWritten(write))
  if (written.length === 0) return {}
  const needsMatch = written.some(({ write }) => write.requiresMatch)
  return {
    '/rest/v1': {
      post: {
        tags: ['batch'],
        operationId: 'batch',
        summary: 'Several writes, all or nothing, in one transaction',
        parameters: [parameterRef('Idempotency-Key')],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'array', items: operationRef, minItems: 1, maxItems: limits.operations },
            },
          },
        },
        responses: {
          200: {
            description: 'What each of them answers, in their order',
            headers: { 'Idempotency-Replayed': refTo('headers', 'Idempotency-Replayed') },
            content: { 'application/json': { schema: { type: 'array', items: operationAnswerRef } } },
          },
          ...refusals(300, 400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 503, 504),
          ...(needsMatch && refusals(428)),
        },
      },
    },
  }
}
