import { expect, test } from 'vitest'
import { signingKeys } from '../../../src/auth/token/keys.ts'
import { type KeptKey, newKey, readRing, retired, rotated, stateOf } from '../../../src/cli/keys/ring.ts'

const now = 1_800_000_000
const states = (ring: readonly KeptKey[]) => ring.map((key) => stateOf(ring, key))
const signing = async (ring: readonly KeptKey[]) => (await signingKeys(JSON.stringify(ring))).signing.kid

test('a rotation: a next key, known to all before it signs; the former verifies until its tokens are over', async () => {
  const first = await newKey(now)
  const made = (await rotated([first], now, false)).ring
  expect(states(made)).toEqual(['signs', 'next'])
  expect(await signing(made)).toBe(first.kid)
  const next = made[1]?.kid ?? ''

  await expect(rotated(made, now + 1_199, false)).rejects.toThrow(
    /not known everywhere yet.*2027-01-15T08:20:00Z/,
  )
  const used = (await rotated(made, now + 1_200, false)).ring
  expect([states(used), await signing(used)]).toEqual([['signs', 'verifies'], next])
  // What signs nothing any more can sign nothing any more.
  expect(used[1]).toMatchObject({ kid: first.kid, replaced_at: now + 1_200 })
  expect(used[1]).not.toHaveProperty('d')

  expect(() => retired(used, now + 1_200 + 3_659, null)).toThrow(/No key is to be retired before/)
  const left = retired(used, now + 1_200 + 3_660, null).ring
  expect(left.map(({ kid }) => kid)).toEqual([next])
  expect(() => retired(left, now + 99_999_999, null)).toThrow('No key is to be retired.')
})

test('a key that leaked is replaced at once, and goes at once', async () => {
  const first = await newKey(now)
  const used = (await rotated((await rotated([first], now, true)).ring, now, true)).ring
  expect(() => retired(used, now, used[0]?.kid ?? '')).toThrow('signs: rotate first')
  expect(retired(used, now, first.kid).ring.map(({ kid }) => kid)).toEqual([used[0]?.kid])
})

test('keys of before there were times, and of another kind, are rotated like the others', async () => {
  const { made_at: _, ...old } = await newKey(now)
  const made = (await rotated([old], now, false)).ring
  expect(states((await rotated(made, now + 1_200, false)).ring)).toEqual(['signs', 'verifies'])
})

test('only what is public of a key is published, without our times', async () => {
  const { ring } = await rotated([await newKey(now)], now, false)
  const { jwks } = await signingKeys(JSON.stringify(ring))
  expect(jwks.keys.map((key) => Object.keys(key).sort().join())).toEqual(
    Array(2).fill('alg,crv,kid,kty,use,x,y'),
  )
})

test.each([undefined, '', '{}', '[1]', '[{"kid":1,"kty":"EC"}]', '[{"kid":"a"}]', '[{"d":"secret"'])(
  '%s is no list of keys, and is not shown',
  (text) => {
    expect(() => readRing(text)).toThrow('SIGNING_KEYS is no JSON array of keys.')
  },
)
