import { expect } from 'vitest'
import { defaultLimits, type Limits } from '../../../src/base/limits.ts'
import { Problem, type ProblemCode } from '../../../src/base/problem.ts'
import type { NodeIntent, SelectIntent } from '../../../src/query/intent.ts'
import { type ParsedRead, parseRead } from '../../../src/rest/parse/request/read.ts'

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: readonly string[]
  readonly limits?: Partial<Limits>
}

/** `query` as a client's raw query string. */
export function read(query: string, ask: Ask = {}): ParsedRead {
  return parseRead({
    resource: 'things',
    key: ask.key ?? null,
    query,
    headers: new Headers(ask.headers),
    limits: { ...defaultLimits, ...ask.limits },
  })
}

export function root(query: string, ask: Ask = {}): NodeIntent {
  return read(query, ask).request.intent.root
}

/** Parameters that are not yet encoded. */
export function encoded(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&')
}

export function problemOf(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('There was no problem')
}

export function expectProblem(code: ProblemCode, run: () => unknown, part = ''): Problem {
  const problem = problemOf(run)
  expect({ code: problem.code, message: problem.message }).toEqual({
    code,
    message: expect.stringContaining(part),
  })
  return problem
}

export function column(
  name: string,
  more: Partial<Extract<SelectIntent, { kind: 'column' }>> = {},
): SelectIntent {
  return {
    kind: 'column',
    path: { column: name, steps: [], asText: false },
    alias: null,
    cast: null,
    aggregate: null,
    ...more,
  }
}

export function node(more: Partial<NodeIntent> = {}): NodeIntent {
  return { select: [], where: [], order: [], limit: null, offset: null, ...more }
}

export function embed(
  relation: string,
  more: Partial<Extract<SelectIntent, { kind: 'embed' }>> = {},
): SelectIntent {
  return {
    kind: 'embed',
    relation,
    hint: null,
    join: 'left',
    alias: null,
    spread: false,
    node: node(),
    ...more,
  }
}
