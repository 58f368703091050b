import type { ResourceReference } from '../../reference.ts'
import { type JsonObject, refTo, refusals } from '../json.ts'
import { rowRef } from '../schema/row.ts'

/** How new an answer is, and where it was kept. */
export const keptHeaders: JsonObject = Object.fromEntries(
  ['Age', 'Cache-Status', 'Selvage-Bookmark'].map((name) => [name, refTo('headers', name)]),
)

/** What a write answers, wherever it goes. */

/** @param answer what is done; its rows come with `Prefer: return=representation` */
export function writeAnswer(
  description: string,
  resource: ResourceReference,
  { isItem, isMade }: { readonly isItem: boolean; readonly isMade: boolean },
): JsonObject {
  const headers = [
    ...(isItem ? ['ETag'] : ['Content-Range']),
    ...(isMade ? ['Location'] : []),
    ...['Preference-Applied', 'Idempotency-Replayed', 'Selvage-Bookmark'],
  ]
  const row = rowRef(resource)
  const content: JsonObject = isItem
    ? { 'application/json': { schema: row } }
    : {
        'application/json': { schema: { type: 'array', items: row } },
        'application/vnd.pgrst.object+json': { schema: row },
        'text/csv': { schema: { type: 'string', description: 'RFC 4180, with a header line' } },
      }
  return {
    description: resource.isReadable
      ? `${description}; as rows where \`return=representation\` asks`
      : description,
    headers: Object.fromEntries(headers.map((name) => [name, refTo('headers', name)])),
    ...(resource.isReadable && { content }),
  }
}

/** A row as a body: one, in any form. */
export function rowContent(schema: JsonObject): JsonObject {
  return { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema } }
}

export function writeRefusals({ hasBody }: { readonly hasBody: boolean }): JsonObject {
  return refusals(
    ...[300, 400, 401, 403, 406, 409],
    ...(hasBody ? [413] : []),
    414,
    ...(hasBody ? [415] : []),
    ...[422, 503, 504],
  )
}
