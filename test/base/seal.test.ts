import { expect, test } from 'vitest'
import { seal, unseal } from '../../src/base/crypto.ts'

const key = new Uint8Array(32).fill(1)

test('what is sealed is opened by the same key, about the same thing', () => {
  expect(unseal(key, seal(key, 'a text: ä'))).toBe('a text: ä')
  expect(unseal(key, seal(key, '', 'one'), 'one')).toBe('')
  expect(seal(key, 'a')).not.toBe(seal(key, 'a'))
})

test.each([
  ['another key', (sealed: string) => unseal(new Uint8Array(32).fill(2), sealed, 'one')],
  ['another thing', (sealed: string) => unseal(key, sealed, 'two')],
  ['nothing', (sealed: string) => unseal(key, sealed)],
  ['a change', (sealed: string) => unseal(key, sealed.replace(/.{4}$/, 'AAAA'), 'one')],
  ['another spelling', (sealed: string) => unseal(key, `${sealed}=`, 'one')],
  ['a piece', (sealed: string) => unseal(key, sealed.slice(0, 20), 'one')],
])('by %s it is not', (_, open) => {
  expect(open(seal(key, 'a text', 'one'))).toBeNull()
})
