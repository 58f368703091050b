import type { Limits } from '../../../base/limits.ts'
import { Problem } from '../../../base/problem.ts'
import { splitQuery } from '../query-string.ts'

/** A call's query string: its arguments, and what is asked of the rows that it answers. */
export interface CallQuery {
  readonly values: Readonly<Record<string, string>>
  readonly query: string
}

/**
 * PostgREST's rule: a name that is an argument's is the argument, all others are about the answer.
 * @param parameters null when the arguments come in the body
 * @throws Problem PGRST100 for an argument that comes twice
 */
export function splitCall(
  query: string,
  parameters: ReadonlyMap<string, unknown> | null,
  limits: Limits,
): CallQuery {
  if (parameters === null) return { values: {}, query }
  const values = new Map<string, string>()
  const others = new URLSearchParams()
  for (const { key, value } of splitQuery(query, limits)) {
    if (!parameters.has(key)) others.append(key, value)
    else if (values.has(key))
      throw new Problem('PGRST100', { message: `The argument '${key}' was given twice` })
    else values.set(key, value)
  }
  return { values: Object.fromEntries(values), query: others.toString() }
}
