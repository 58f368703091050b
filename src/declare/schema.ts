/**
 * A schema of any library that follows https://standardschema.dev (Valibot, Zod, ArkType, …), as much of version 1
 * as is used here.
 */
export interface StandardSchemaV1<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  /** From the outside in: names and positions, by themselves or as `{ key }`. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Whether a schema takes a value that is not given. One that answers with a promise cannot be asked in time. */
export function absenceIn(schema: StandardSchemaV1): 'taken' | 'refused' | 'unknown' {
  try {
    const result = schema['~standard'].validate(undefined)
    if ('then' in result) {
      // Nobody waits for it, so nobody hears how it fails.
      result.then(undefined, () => undefined)
      return 'unknown'
    }
    return result.issues === undefined ? 'taken' : 'refused'
  } catch {
    // Checks of an author's own may trip over a value that is not there: then it must be.
    return 'refused'
  }
}

/**
 * A schema as JSON Schema 2020-12, where its library has that (https://standardschema.dev/json-schema); null where it
 * has not, or cannot say this one. One with references is not taken: they would lead elsewhere in another document.
 */
export function jsonSchemaOf(
  schema: object,
  side: 'input' | 'output',
): Readonly<Record<string, unknown>> | null {
  const standard = memberOf(schema, '~standard')
  const converters = memberOf(standard, 'jsonSchema')
  const convert = memberOf(converters, side)
  if (typeof convert !== 'function') return null
  try {
    const text = JSON.stringify(Reflect.apply(convert, converters, [{ target: 'draft-2020-12' }]))
    const made: unknown = JSON.parse(text)
    if (typeof made !== 'object' || made === null || text.includes('"$ref"')) return null
    return Object.fromEntries(Object.entries(made).filter(([name]) => !name.startsWith('$')))
  } catch {
    // By the standard it throws where JSON Schema has no words for it.
    return null
  }
}

function memberOf(value: unknown, name: string): unknown {
  // Schemas of some libraries are functions.
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject ? Reflect.get(value, name) : undefined
}
