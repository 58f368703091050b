/** A part of an OpenAPI document. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [name: string]: Json
}

export type ComponentKind = 'schemas' | 'parameters' | 'responses' | 'headers'

export function refTo(kind: ComponentKind, name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` }
}

/** References to answers by their status: `refusals(400, 401)`. */
export function refusals(...statuses: readonly number[]): JsonObject {
  return Object.fromEntries(
    statuses.map((status) => [String(status), refTo('responses', `problem_${status}`)]),
  )
}

/** What a library says in JSON; what JSON has no word for is gone. */
export function asJson(value: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}
