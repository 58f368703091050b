import type { SchemaIssue, StandardSchemaV1 } from '../../declare/schema.ts'
import { Failures, jsonPointer } from './failures.ts'

export type InputRow = Readonly<Record<string, unknown>>

/** Characters of an issue's message: some libraries repeat the value, however long it is. */
const mostCharacters = 500

/**
 * The rows of a write as the author's schema makes them: what it answers takes the place of the row. One row after
 * another, also where a schema answers with a promise. Numbers that no double holds come to it as `RawJSON`.
 * @throws Problem 23514, PostgreSQL's `check_violation`: an issue of the schema is what a CHECK that fails is there
 * @throws TypeError if the schema answers with something that is no row: a mistake of the author
 */
export async function validateRows(
  schema: StandardSchemaV1,
  rows: readonly InputRow[],
  isList: boolean,
): Promise<readonly InputRow[]> {
  const failures = new Failures()
  const validated: InputRow[] = []
  for (const [index, row] of rows.entries()) {
    const before = failures.count
    const value = await validateInto(failures, schema, row, { path: isList ? [index] : [], code: '23514' })
    if (failures.count === before) validated.push(rowOf(value))
  }
  failures.assertNone()
  return validated
}

/** What a schema makes of a value; what it says against it is added to the failures. */
export async function validateInto(
  failures: Failures,
  schema: StandardSchemaV1,
  value: unknown,
  { path, code }: { readonly path: readonly (string | number)[]; readonly code: '23514' | '22023' },
): Promise<unknown> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return result.value
  for (const issue of result.issues) {
    const pointer = jsonPointer([...path, ...pathOf(issue)])
    failures.add({ pointer, code, detail: issue.message.slice(0, mostCharacters) })
  }
  return undefined
}

function pathOf({ path = [] }: SchemaIssue): readonly string[] {
  return path.map((part) => String(typeof part === 'object' ? part.key : part))
}

function rowOf(value: unknown): InputRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('a schema of rows answers with an object for each row')
  return { ...value }
}
