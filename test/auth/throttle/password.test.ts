import { afterAll, beforeAll, expect, test } from 'vitest'
import { textValue } from '../../../src/base/statement.ts'
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

test('nor the code of a mail, whose account has no password', async () => {
  const { client, email } = await signedUp(server)
  await server.query('update auth_users set password_hash = null where email = ?', textValue(email))
  server.travel(25 * 3_600_000)
  await client.refreshSession()
  const statuses: (number | undefined)[] = []
  for (let code = 100_000; code < 100_012; code += 1)
    statuses.push((await client.updateUser({ password: 'a new horse', nonce: String(code) })).error?.status)
  expect(statuses.slice(-2)).toEqual([429, 429])
})

test('who changes their own is not slowed', async () => {
  const { client } = await signedUp(server)
  for (let round = 0; round < 12; round += 1)
    expect((await client.updateUser({ password: `${password} ${round}` })).error).toBeNull()
})
