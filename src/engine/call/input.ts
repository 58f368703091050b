import { Problem } from '../../base/problem.ts'
import type { StandardSchemaV1 } from '../../declare/schema.ts'
import type { Procedure } from '../../model/procedure.ts'
import { Failures } from '../../query/input/failures.ts'
import { validateInto } from '../../query/input/schema.ts'

/** What a call brings: members of a body, or texts of a query string. */
export interface GivenInput {
  readonly values: unknown
  /** Whether values are texts: what no schema takes as a text may be JSON. */
  readonly areTexts: boolean
}

/**
 * What the schemas make of the arguments.
 * @throws Problem 22023 with everything that is wrong, by JSON pointer; PGRST202 for an argument that is not there
 */
export async function checkInput(procedure: Procedure, { values, areTexts }: GivenInput): Promise<unknown> {
  const failures = new Failures()
  const { body, name } = procedure
  const parameters: ReadonlyMap<string, StandardSchemaV1> = procedure.parameters ?? new Map()
  if (body !== null) {
    const input = await validateInto(failures, body, values, { path: [], code: '22023' })
    failures.assertNone()
    return input
  }
  const given = membersOf(values)
  const unknown = [...given.keys()].find((argument) => !parameters.has(argument))
  if (unknown !== undefined) {
    throw new Problem('PGRST202', {
      message: `Could not find the function ${name} with the argument '${unknown.slice(0, 100)}'`,
      hint: `It is ${name}(${[...parameters.keys()].join(', ')})`,
    })
  }
  const input: Record<string, unknown> = {}
  for (const [argument, schema] of parameters) {
    const value = given.get(argument)
    const candidate = areTexts ? await textOrJson(schema, value) : value
    input[argument] = await validateInto(failures, schema, candidate, { path: [argument], code: '22023' })
  }
  failures.assertNone()
  return input
}

/** `7` is a number to who asks for one, and a text to who asks for a text. */
async function textOrJson(schema: StandardSchemaV1, value: unknown): Promise<unknown> {
  if (typeof value !== 'string') return value
  const asText = await schema['~standard'].validate(value)
  if (asText.issues === undefined) return value
  try {
    return JSON.parse(value) as unknown
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return value
  }
}

function membersOf(values: unknown): ReadonlyMap<string, unknown> {
  if (typeof values === 'object' && values !== null && !Array.isArray(values) && !JSON.isRawJSON(values))
    return new Map(Object.entries(values))
  throw new Problem('PGRST102', {
    message: 'Arguments come as a JSON object',
    hint: '{ "name": value, … }',
  })
}
