import { expect, test } from 'vitest'
import { openBookmark, sealBookmark } from '../../src/database/bookmark.ts'

const bookmark = { epoch: '0123456789abcdef0123456789abcdef', frame: 42 }
const sealed = sealBookmark('one secret', bookmark)

test('what was opened opens again, and by its own secret alone', () => {
  expect(openBookmark('one secret', sealed)).toEqual(bookmark)
  expect(openBookmark('one secret', sealed)).toEqual(bookmark)
  expect(openBookmark('another secret', sealed)).toBeNull()
  expect(openBookmark('one', `secret ${sealed}`)).toBeNull()
})

test.each([
  ['another frame', sealed.replace('.42.', '.43.')],
  ['another epoch', sealed.replace(/^0/, '1')],
  ['cut off', sealed.slice(0, -1)],
  ['something behind it', `${sealed}.`],
])('%s: it was not sealed so, whatever was opened before', (_, forged) => {
  expect(openBookmark('one secret', sealed)).toEqual(bookmark)
  expect(openBookmark('one secret', forged)).toBeNull()
  expect(openBookmark('one secret', forged)).toBeNull()
})
