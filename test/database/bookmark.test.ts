import { expect, test } from 'vitest'
import { openBookmark, sealBookmark } from '../../src/database/bookmark.ts'

const bookmark = { epoch: '0123456789abcdef0123456789abcdef', frame: 42, tick: 1_795_339_136_405 }
const sealed = sealBookmark('one secret', bookmark)

test('what was opened opens again, and by its own secret alone', () => {
  expect(openBookmark('one secret', sealed)).toEqual(bookmark)
  expect(openBookmark('one secret', sealed)).toEqual(bookmark)
  expect(openBookmark('another secret', sealed)).toBeNull()
  expect(openBookmark('one', `secret ${sealed}`)).toBeNull()
})

test('what was sealed before there were ticks opens, and owes none', () => {
  const before = '0123456789abcdef0123456789abcdef.42.XAOePES7u7u4nRcO8i60b6'
  expect(openBookmark('one secret', before)).toEqual({ ...bookmark, tick: 0 })
  expect(sealBookmark('one secret', { ...bookmark, tick: 0 })).toBe(before)
})

test.each([
  ['another frame', sealed.replace('.42.', '.43.')],
  ['another tick', sealed.replace('405.', '406.')],
  ['without its tick', sealed.replace('.1795339136405', '')],
  ['another epoch', sealed.replace(/^0/, '1')],
  ['cut off', sealed.slice(0, -1)],
  ['something behind it', `${sealed}.`],
])('%s: it was not sealed so, whatever was opened before', (_, forged) => {
  expect(openBookmark('one secret', sealed)).toEqual(bookmark)
  expect(openBookmark('one secret', forged)).toBeNull()
  expect(openBookmark('one secret', forged)).toBeNull()
})
