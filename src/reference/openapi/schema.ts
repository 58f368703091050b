import type { FieldKind } from '../../model/field.ts'
import type { FieldReference, ResourceReference } from '../reference.ts'
import { type Json, type JsonObject, refTo } from './json.ts'
import { embedText } from './text.ts'

/**
 * A row as `select=*` answers it (JSON Schema 2020-12). Nothing is required: `select` decides what is there.
 */
export function rowSchema(resource: ResourceReference): JsonObject {
  return {
    type: 'object',
    description: [resource.description ?? `A row of ${resource.name}.`, embedText(resource)]
      .filter((text) => text !== '')
      .join('\n\n'),
    properties: Object.fromEntries(resource.fields.map((each) => [each.field.name, fieldSchema(each)])),
  }
}

/** What answers carry in a field. */
function fieldSchema({ field }: FieldReference): JsonObject {
  const schema = kinds[field.kind]
  const { type } = schema
  if (type === undefined) return schema
  const values: JsonObject =
    field.values === null || field.values.length === 0
      ? {}
      : { enum: field.nullable ? [...field.values, null] : field.values }
  return { ...schema, type: field.nullable ? [type, 'null'] : type, ...values }
}

interface KindSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean'
  readonly [keyword: string]: Json
}

const int64 = { type: 'integer', format: 'int64' } as const
const instant = { type: 'string', format: 'date-time' } as const
const anyJson = { description: 'JSON of any type' } as const

const kinds: Readonly<Record<FieldKind, KindSchema>> = {
  text: { type: 'string' },
  integer: int64,
  bigint_blob: { type: 'integer' },
  boolean: { type: 'boolean' },
  seconds: instant,
  milliseconds: instant,
  real: { type: 'number', format: 'double' },
  numeric: { type: 'number' },
  json: anyJson,
  json_blob: anyJson,
  blob: { type: 'string', contentEncoding: 'base64' },
}

/** RFC 9457, with the members that PostgREST's and GoTrue's clients read. */
export const problemSchema: JsonObject = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'message', 'details', 'hint', 'error_code', 'msg'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string', description: 'The same for each problem of one code' },
    status: { type: 'integer', description: 'The HTTP status' },
    code: { type: 'string', description: "PostgREST's code, PostgreSQL's SQLSTATE, or a word" },
    message: { type: 'string', description: 'What is wrong, in one sentence' },
    details: { type: ['string', 'null'] },
    hint: { type: ['string', 'null'], description: 'What to do about it' },
    errors: {
      type: 'array',
      description: 'Everything that is wrong with the body, if it is the body',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', format: 'json-pointer', description: 'Where in the body (RFC 6901)' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
    error_code: { type: 'string', description: 'The code again, for clients of GoTrue' },
    msg: { type: 'string', description: 'The message again, for clients of GoTrue' },
  },
}

export function rowRef(resource: ResourceReference): JsonObject {
  return refTo('schemas', schemaName(resource))
}

/** Apart from the names of this product's own schemas, whatever the resource is called. */
export function schemaName(resource: ResourceReference): string {
  return `row.${resource.identifier}`
}
