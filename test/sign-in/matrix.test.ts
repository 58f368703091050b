import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Event, events } from './harness/events.ts'
import { type Credential, credentials, newPerson, type Person } from './harness/person.ts'
import { listedRoutes } from './harness/routes.ts'
import { type SignInServer, startServer } from './harness/server.ts'

let server: SignInServer
beforeAll(async () => {
  server = await startServer()
}, 60_000)
afterAll(() => server.stop())

type Outcome = 'lives' | 'dies'

const all = (outcome: Outcome): Record<Credential, Outcome> => ({
  'access token': outcome,
  'refresh token': outcome,
  'API key': outcome,
  'magic link': outcome,
  OTP: outcome,
  'recovery code': outcome,
  'OAuth code': outcome,
})

/**
 * What becomes of each credential. An API key is a machine's: it lives through what a person does, and where somebody is
 * suspended or erased, the machine is, too: its key is revoked. What a machine may do does not change: it is given another key. A link and a code that were sent prove the mailbox, so they live through a
 * sign-out, and not through a change of what they are for.
 */
const outcomes: Readonly<Record<Event, Record<Credential, Outcome>>> = {
  'sign-out': {
    ...all('lives'),
    ...{ 'access token': 'dies', 'refresh token': 'dies', 'OAuth code': 'dies' },
  },
  'sign-out others': {
    ...all('lives'),
    ...{ 'access token': 'dies', 'refresh token': 'dies', 'OAuth code': 'dies' },
  },
  'password reset': { ...all('dies'), ...{ 'API key': 'lives', 'recovery code': 'lives' } },
  'e-mail change': {
    ...all('dies'),
    ...{ 'refresh token': 'lives', 'API key': 'lives' },
  },
  // The session goes on, of one factor.
  'factor removed': { ...all('lives'), ...{ 'access token': 'dies', 'recovery code': 'dies' } },
  suspension: all('dies'),
  // Whoever comes in comes with the role that there is now.
  'role loss': { ...all('lives'), 'access token': 'dies' },
  erasure: all('dies'),
  'key retired': { ...all('lives'), 'access token': 'dies' },
}

describe.each(Object.keys(outcomes) as Event[])('%s', (event) => {
  let person: Person
  const seen = {} as Record<Credential, Outcome>

  test('each credential does what is said of it', async () => {
    person = await newPerson(server)
    for (const credential of ['access token', 'API key'] as const)
      expect([credential, await person.works(credential)]).toEqual([credential, true])
    await events[event](server, person)
    for (const credential of credentials)
      seen[credential] = (await person.works(credential)) ? 'lives' : 'dies'
    expect(seen).toEqual(outcomes[event])
  })

  test('no route that the Worker lists answers a token that died', async () => {
    const token = person.other.access_token
    expect(outcomes[event]['access token']).toBe('dies')
    const answered: string[] = []
    for (const { method, path, access } of listedRoutes()) {
      if (access === 'open' || access === 'service') continue
      const isAnswered = path.includes('/auth/v1/') && access === 'key'
      const { status } = await server.ask(path, { token, method, ...(method !== 'GET' && { body: {} }) })
      // Who signs in need not be somebody, but what they bring must be a token that this server made.
      if (isAnswered ? status >= 500 : status < 400 || status >= 500)
        answered.push(`${method} ${path} ${status}`)
    }
    expect(answered).toEqual([])
  })
})
