import type { Field, FieldKind } from '../../../model/field.ts'
import type { ResourceReference } from '../../reference.ts'
import { type Json, type JsonObject, refTo } from '../json.ts'
import { embedText } from '../text.ts'

/**
 * A row as `select=*` answers it (JSON Schema 2020-12). Nothing is required: `select` decides what is there.
 */
export function rowSchema(resource: ResourceReference): JsonObject {
  return {
    type: 'object',
    description: [resource.description ?? `A row of ${resource.name}.`, embedText(resource)]
      .filter((text) => text !== '')
      .join('\n\n'),
    properties: Object.fromEntries(resource.fields.map(({ field }) => [field.name, fieldSchema(field)])),
  }
}

/** What answers carry in a field, and bodies too. */
export function fieldSchema(field: Field): JsonObject {
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

export function rowRef(resource: ResourceReference): JsonObject {
  return refTo('schemas', schemaName(resource))
}

/** Apart from the names of this product's own schemas, whatever the resource is called. */
export function schemaName(resource: ResourceReference): string {
  return `row.${resource.identifier}`
}
