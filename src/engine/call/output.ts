import type { StandardSchemaV1 } from '../../declare/schema.ts'

/** @throws TypeError when a handler answers what its schema does not let out: the author's mistake, told to nobody else */
export async function checkedOutput(
  schema: StandardSchemaV1 | null,
  result: unknown,
  name: string,
): Promise<unknown> {
  if (schema === null) return result
  const checked = await schema['~standard'].validate(result)
  if (checked.issues === undefined) return checked.value
  throw new TypeError(`procedure '${name}' answers what its output schema refuses`)
}
