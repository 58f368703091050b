import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from '../../../src/auth/password/hash.ts'

test('a hash says how it was made, has a salt of its own, and verifies', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
  expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(two)
  expect(await verifyPassword('correct horse', one)).toBe(true)
  expect(await verifyPassword('correct horsf', one)).toBe(false)
})

test('nothing is cut off: passwords that differ after 72 or 1,000 bytes differ', async () => {
  for (const length of [72, 1_000]) {
    const hash = await hashPassword(`${'a'.repeat(length)}b`)
    expect(await verifyPassword(`${'a'.repeat(length)}c`, hash)).toBe(false)
    expect(await verifyPassword('a'.repeat(length), hash)).toBe(false)
  }
})

test('NUL does not end a password', async () => {
  const hash = await hashPassword('abcdefgh\0one')
  expect(await verifyPassword('abcdefgh\0two', hash)).toBe(false)
})

test.each([
  ['seven characters', 'a'.repeat(7), 'weak_password'],
  ['seven emoji of two code units', '😀'.repeat(7), 'weak_password'],
  ['1,025 characters', 'a'.repeat(1_025), 'weak_password'],
  ['what grows past the cap when normalised', '\ufdfa'.repeat(1_000), 'weak_password'],
  ['a lone surrogate', `aaaaaaaa\ud800`, 'validation_failed'],
])('%s: refused', async (_, password, code) => {
  await expect(hashPassword(password)).rejects.toMatchObject({ code })
})

test('a password is the same however it is typed (NFKC)', async () => {
  const hash = await hashPassword('cafe\u0301 au lait')
  expect(await verifyPassword('caf\u00e9 au lait', hash)).toBe(true)
})

test('a megabyte costs nothing', async () => {
  const start = performance.now()
  expect(await verifyPassword('a'.repeat(1_000_000), null)).toBe(false)
  expect(performance.now() - start).toBeLessThan(20)
})

test("nobody's hash is as much work as somebody's, and never equal", async () => {
  const hash = await hashPassword('correct horse')
  const time = async (given: string | null) => {
    const start = performance.now()
    await verifyPassword('wrong horse', given)
    return performance.now() - start
  }
  const ratios: number[] = []
  for (let round = 0; round < 5; round += 1) ratios.push((await time(null)) / (await time(hash)))
  const median = ratios.toSorted((a, b) => a - b)[2] ?? 0
  expect(median).toBeGreaterThan(0.5)
  expect(median).toBeLessThan(2)
  expect(await verifyPassword('', null)).toBe(false)
})

test('a hash of another kind, and no word of such hashes in the backend: as a wrong password', async () => {
  expect(await verifyPassword('correct horse', '$2b$10$abcdefghijklmnopqrstuv')).toBe(false)
})
