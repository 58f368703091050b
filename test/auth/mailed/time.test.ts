import { afterAll, beforeAll, expect, test } from 'vitest'
import { integerValue } from '../../../src/base/statement.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { someone } from '../someone.ts'
import { mailTo } from './mail.ts'

let server: TestAuthServer
let known: string
beforeAll(async () => {
  server = await startAuthServer({ auth: { confirmEmail: true } })
  known = someone()
  await server.client().signInWithOtp({ email: known })
  await server.client().verifyOtp({ token_hash: mailTo(server, known).token, type: 'magiclink' })
})
afterAll(() => server.stop())

const asked = [
  ['/recover', {}],
  ['/otp', { create_user: false }],
  ['/resend', { type: 'signup' }],
  ['/resend', { type: 'email_change' }],
  ['/verify', { type: 'email', token: '000000' }],
] as const
/** A hash or two each: `TIME_PAIRS=100` for 200 tries of these, too (two minutes). */
const askedWithPassword = [
  ['/signup', { password: 'another good password' }],
  ['/token?grant_type=password', { password: 'no such password' }],
] as const
const pairsWithPassword = Number(process.env.TIME_PAIRS ?? 15)

test.each([
  ...asked.map((each) => [...each, 100] as const),
  ...askedWithPassword.map((each) => [...each, pairsWithPassword] as const),
])('%s %j takes as long for an address that nobody has', { timeout: 90_000 }, async (path, more, pairs) => {
  const time = async (email: string) => {
    const start = performance.now()
    await server.post(path, { email, ...more })
    return performance.now() - start
  }
  // What is loaded when it is first used.
  for (const email of [known, someone(), known, someone()]) await time(email)
  const ofKnown: number[] = []
  const ofUnknown: number[] = []
  // In turns, so that whatever else the machine does falls on both.
  for (let pair = 0; pair < pairs; pair += 1) {
    ofKnown.push(await time(known))
    ofUnknown.push(await time(someone()))
  }
  const spread = quantile(ofUnknown, 0.75) - quantile(ofUnknown, 0.25)
  const difference = quantile(ofKnown, 0.5) - quantile(ofUnknown, 0.5)
  expect(Math.abs(difference)).toBeLessThan(spread)
})

test.each(asked)(
  '%s %j writes for an address that nobody has, too: the disk is waited for',
  async (path, more) => {
    await server.query('update auth_challenges set expires_at = ?', integerValue(0))
    await server.post(path, { email: someone(), ...more })
    const { rows } = await server.query('select 1 from auth_challenges where expires_at > 0')
    expect(rows).toHaveLength(1)
  },
)

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? 0
}
