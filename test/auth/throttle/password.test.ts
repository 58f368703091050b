import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { throttles: {} } })
})
afterAll(() => server.stop())

test('who sits at a session of yesterday guesses the password no faster than at the sign-in', async () => {
  const { client } = await signedUp(server)
  server.travel(25 * 3_600_000)
  await client.refreshSession()
  const codes: (string | undefined)[] = []
  for (let tries = 0; tries < 12; tries += 1) {
    const { error } = await client.updateUser({ password: `a guess ${tries}`, nonce: '000000' })
    codes.push(error?.code)
  }
  const looked = codes.filter((code) => code === 'reauthentication_not_valid')
  expect(looked.length).toBeLessThanOrEqual(10)
  expect((await client.updateUser({ password, nonce: '000000' })).error).toMatchObject({
    status: 429,
    code: 'over_request_rate_limit',
  })
})

test('who changes their own is not slowed', async () => {
  const { client } = await signedUp(server)
  for (let round = 0; round < 12; round += 1)
    expect((await client.updateUser({ password: `${password} ${round}` })).error).toBeNull()
})
