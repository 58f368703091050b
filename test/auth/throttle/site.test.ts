import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { throttles: { sign_up: { network: { most: 3, seconds: 300 } } } } })
})
afterAll(() => server.stop())

/** So many tries, each from a network of a site. @returns how many were looked at */
async function tries(site: string, many: number, networkOf: (round: number) => number): Promise<number> {
  let looked = 0
  for (let round = 0; round < many; round += 1) {
    const headers = { 'cf-connecting-ip': `2001:db8:${site}:${networkOf(round).toString(16)}::1` }
    const { status } = await server.post('/signup', { email: someone(), password: 'short' }, headers)
    if (status !== 429) looked += 1
  }
  return looked
}

test('who has all networks of a site may do what sixteen of them may', async () => {
  expect(await tries('a', 60, (round) => round)).toBe(48)
  expect(await tries('b', 1, () => 0)).toBe(1)
})

test('one network uses up nothing of its site but its own part', async () => {
  expect(await tries('c', 60, () => 1)).toBe(3)
  expect(await tries('c', 60, (round) => round + 2)).toBe(45)
})
