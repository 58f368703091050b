import { expect } from 'vitest'
import type { TestAuthServer } from './server.ts'

export const password = 'correct horse'

let count = 0

/** An address that nobody has yet. */
export function someone(): string {
  count += 1
  return `someone-${count}@example.com`
}

/** A user of auth-js who has just signed up. */
export async function signedUp(server: TestAuthServer, email = someone()) {
  const client = server.client()
  const { data, error } = await client.signUp({ email, password })
  expect(error).toBeNull()
  if (data.session === null) throw new TypeError('no session')
  return { client, email, session: data.session }
}
