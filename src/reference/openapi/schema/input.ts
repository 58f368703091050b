import type { ResourceReference } from '../../reference.ts'
import type { InputReference } from '../../write.ts'
import { type JsonObject, refTo } from '../json.ts'
import { fieldSchema } from './row.ts'

/** What a body may be: a row that is made, a change, or a whole row under its key. */
export type InputUse = 'new' | 'change' | 'whole'

/** The schemas of what an audience may send to a resource, by the names of the components. */
export function inputSchemas(resource: ResourceReference): JsonObject {
  const { name, write } = resource
  const all: readonly (readonly [InputUse, readonly InputReference[] | null, string])[] = [
    ['new', write.create, `A new row of ${name}.`],
    ['change', write.update, `Changes of rows of ${name}: what is left out stays as it is.`],
    [
      'whole',
      write.replace,
      `A row of ${name}: what is left out becomes its default. The key is that of the path.`,
    ],
  ]
  return Object.fromEntries(
    all.flatMap(([use, fields, description]) =>
      fields === null ? [] : [[schemaName(resource, use), inputSchema(fields, description)]],
    ),
  )
}

export function inputRef(resource: ResourceReference, use: InputUse): JsonObject {
  return refTo('schemas', schemaName(resource, use))
}

function inputSchema(fields: readonly InputReference[], description: string): JsonObject {
  const required = fields.filter((each) => each.required).map(({ field }) => field.name)
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(
      fields.map(({ field }) => {
        const length = field.length === null || field.kind !== 'text' ? {} : { maxLength: field.length }
        return [field.name, { ...fieldSchema(field), ...length }]
      }),
    ),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

function schemaName(resource: ResourceReference, use: InputUse): string {
  return `${use}.${resource.identifier}`
}
