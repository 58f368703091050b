import { inject } from 'vitest'
import { send, type TestAnswer } from '../../harness/request.ts'

const bindings = inject('bindings')
/** A variable or secret of the run. */
export const text = (name: string): string => {
  const value = bindings[name]
  if (value === undefined) throw new TypeError(`no binding ${name}`)
  return value
}

export interface Session {
  readonly access_token: string
  readonly refresh_token: string
  readonly user: { readonly id: string; readonly role: string }
}

/** Someone new, so that no other test loses a session. */
export async function signUp(): Promise<Session> {
  const body = { email: `${crypto.randomUUID()}@example.com`, password: 'a long enough pass phrase' }
  return JSON.parse((await send({ as: 'anon', url: '/auth/v1/signup', body })).text)
}

export const withToken = (token: string, url = '/rest/v1/users?select=id', more = {}): Promise<TestAnswer> =>
  send({ as: 'anon', url, headers: { authorization: `Bearer ${token}` }, ...more })
