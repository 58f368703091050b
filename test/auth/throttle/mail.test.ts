import { afterAll, beforeAll, expect, test } from 'vitest'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { throttles: {} } })
})
afterAll(() => server.stop())

test('one mail a minute to an address, whoever has it and whatever asks for it', async () => {
  const email = someone()
  expect((await server.post('/otp', { email })).status).toBe(200)
  for (const [path, more] of [
    ['/otp', {}],
    ['/magiclink', {}],
    ['/recover', {}],
    ['/resend', { type: 'signup' }],
  ] as const) {
    const answer = await server.post(path, { email: email.toUpperCase(), ...more })
    expect([answer.status, answer.headers.get('x-trips'), (await membersOf(answer)).code]).toEqual([
      429,
      '0',
      'over_email_send_rate_limit',
    ])
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  }
  expect((await server.post('/recover', { email: someone() })).status).toBe(200)
  server.travel(60_000)
  expect((await server.post('/recover', { email })).status).toBe(200)
})

test('codes of mails are not guessed: six digits from one network, ten in a quarter of an hour', async () => {
  const guess = (token: string) => server.post('/verify', { type: 'email', email: someone(), token })
  const one = someone()
  const statuses: number[] = []
  for (let round = 0; round < 12; round += 1) {
    const { status } = await server.post('/verify', {
      type: 'email',
      email: one,
      token: `00000${round % 10}`,
    })
    statuses.push(status)
  }
  expect(statuses).toEqual([...Array(10).fill(403), 429, 429])
  expect((await guess('000000')).status).toBe(403)
})
