import { describe, expect, test } from 'vitest'
import { leakIn } from '../http/leak.ts'
import { send, type TestAnswer, type TestRequest } from './request.ts'

/** One request and what must, and must not, come back. */
export interface Scenario extends TestRequest {
  readonly name: string
  readonly status: number
  /** HTTP requests to the database: on the wire, and as `Server-Timing` reports them. */
  readonly trips: number
  /** Texts that the body has. */
  readonly contains?: readonly string[]
  /** Texts that neither the body nor the headers have. */
  readonly lacks?: readonly string[]
  /** The whole body, parsed. */
  readonly json?: unknown
  /** The whole body as text: for what JSON.parse would round, and for other media types. */
  readonly text?: string
  /** Header by header, a text that it has. */
  readonly headersContain?: Readonly<Record<string, string>>
  /** Headers that are not there. */
  readonly headersLack?: readonly string[]
  /** For what a table cannot say. */
  readonly check?: (answer: TestAnswer) => void | Promise<void>
}

/** A table of requests, each a test of its own. */
export function scenarios(name: string, table: readonly Scenario[]): void {
  describe(name, () => {
    for (const scenario of table) {
      test(scenario.name, async () => {
        const answer = await send(scenario)
        hold(scenario, answer)
        await scenario.check?.(answer)
      })
    }
  })
}

function hold(scenario: Scenario, answer: TestAnswer): void {
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  const seen = `${scenario.method ?? ''} ${scenario.url} as ${scenario.as}\n${answer.status}\n${headers}\n\n${answer.text}\n`
  expect(answer.status, `status: ${seen}`).toBe(scenario.status)
  if (answer.status >= 400) expect(leakIn(answer), `must not be told: ${seen}`).toBeNull()
  for (const text of scenario.contains ?? []) expect(answer.text, `body: ${seen}`).toContain(text)
  for (const text of scenario.lacks ?? []) {
    expect(`${headers}\n${answer.text}`, `must not be told: ${seen}`).not.toContain(text)
  }
  if (scenario.text !== undefined) expect(answer.text, `body: ${seen}`).toBe(scenario.text)
  if (scenario.json !== undefined) expect(parsed(answer, seen), `body: ${seen}`).toEqual(scenario.json)
  for (const [header, text] of Object.entries(scenario.headersContain ?? {})) {
    expect(answer.headers.get(header) ?? '(absent)', `${header}: ${seen}`).toContain(text)
  }
  for (const header of scenario.headersLack ?? []) {
    expect(answer.headers.has(header), `${header} must be absent: ${seen}`).toBe(false)
  }
  expect(answer.trips, `trips on the wire: ${seen}`).toBe(scenario.trips)
  expect(answer.reportedTrips, `trips in Server-Timing: ${seen}`).toBe(scenario.trips)
}

function parsed(answer: TestAnswer, seen: string): unknown {
  try {
    return JSON.parse(answer.text)
  } catch (error) {
    throw new Error(`the body is not JSON: ${seen}`, { cause: error })
  }
}
