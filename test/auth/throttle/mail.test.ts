import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailsTo } from '../mailed/mail.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp, someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { throttles: {} } })
})
afterAll(() => server.stop())

test('one mail a minute to an address by which somebody comes in, whoever has it and whatever asks for it', async () => {
  const email = someone()
  expect((await server.post('/otp', { email })).status).toBe(200)
  for (const [path, more] of [
    ['/otp', {}],
    ['/magiclink', {}],
    ['/recover', {}],
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

const from = (address: string) => ({ 'cf-connecting-ip': address })

test('who asks for other mail, or from elsewhere, does not keep the owner from the mail that lets them in', async () => {
  const [home, elsewhere, abroad] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(from)
  const { email } = await signedUp(server)
  expect((await server.post('/token?grant_type=password', { email, password }, home)).status).toBe(200)
  for (const headers of [elsewhere, abroad])
    await server.post('/resend', { email, type: 'email_change' }, headers)
  expect((await server.post('/recover', { email }, abroad)).status).toBe(200)
  expect((await server.post('/recover', { email }, elsewhere)).status).toBe(429)
  expect((await server.post('/recover', { email }, home)).status).toBe(200)
  expect((await server.post('/recover', { email }, home)).status).toBe(429)
})

test('one mail a minute about changes to either address, whoever asks for it', async () => {
  const { client, email } = await signedUp(server)
  const victim = someone()
  expect((await client.updateUser({ email: victim })).error).toBeNull()
  expect((await client.updateUser({ email: someone() })).error).toMatchObject({
    code: 'over_email_send_rate_limit',
  })
  const another = await signedUp(server)
  server.travel(60_000)
  expect((await another.client.updateUser({ email: victim })).error).toBeNull()
  const before = mailsTo(server, victim).length
  expect((await server.post('/resend', { email, type: 'email_change' })).status).toBe(200)
  expect(mailsTo(server, victim)).toHaveLength(before)
})

test('a session is no place to guess the password, or the code of a mail', async () => {
  const { client } = await signedUp(server)
  server.travel(25 * 3_600_000)
  await client.refreshSession()
  const codes: unknown[] = []
  for (let round = 0; round < 12; round += 1) {
    const given = round % 2 === 0 ? password : 'wrong horse'
    codes.push((await client.updateUser({ password: given, nonce: '000000' })).error?.code)
  }
  expect(codes.slice(0, 2)).toEqual(['same_password', 'reauthentication_not_valid'])
  expect(codes.slice(10)).toEqual(['over_request_rate_limit', 'over_request_rate_limit'])
})

test('signing in again and again fills no inbox, and puts no link there', async () => {
  const { email } = await signedUp(server)
  server.sent.splice(0)
  for (let round = 0; round < 22; round += 1) {
    const headers = { 'user-agent': `Win at evil.example/${round}` }
    expect((await server.post('/token?grant_type=password', { email, password }, headers)).status).toBe(200)
  }
  expect(server.sent).toHaveLength(20)
  expect(server.sent.map(({ text }) => text).join()).not.toContain('evil.example')
  server.travel(3_600_000)
  await server.post('/token?grant_type=password', { email, password }, { 'user-agent': 'another one' })
  expect(server.sent).toHaveLength(21)
})
