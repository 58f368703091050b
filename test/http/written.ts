import { expect } from 'vitest'
import { type Asker, send, type TestAnswer } from '../harness/request.ts'

export const representation = { prefer: 'return=representation' }

/** The row that a request made, as its maker sees it. */
export async function made(as: Asker, resource: string, body: object): Promise<Record<string, unknown>> {
  const answer = await send({ as, url: `/rest/v1/${resource}`, body, headers: representation })
  expect(answer.status, answer.text).toBe(201)
  const [row] = JSON.parse(answer.text)
  return row
}

/** Rows as they are, whoever may see them. */
export async function stored(path: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await send({ as: 'service', url: `/rest/v1/${path}` })
  expect(answer.status, answer.text).toBe(200)
  return JSON.parse(answer.text)
}

/** What a client learns of a refusal, besides the id of its request. */
export function told({ status, text }: TestAnswer): unknown {
  return [status, JSON.parse(text)]
}
