import { expect, test } from 'vitest'
import { readSighted } from '../../src/base/versions.ts'

const asked = { tables: ['seats', 'halls'], known: { seats: 5 }, most: 2 }
const counts = '{"seats":[7,3]}'
const told = (parts: string, more: Partial<typeof asked> = {}) =>
  readSighted(counts, parts, { ...asked, ...more })

test('versions of all tables that were asked for, and parts since what is known', () => {
  const sighted = told('[["seats","id:1",6],["seats","at:2",7]]')
  expect(sighted?.versions).toEqual({ seats: 7, halls: 0 })
  expect(sighted?.changes).toEqual(
    new Map([
      [
        'seats',
        {
          whole: 4,
          since: 5,
          parts: new Map([
            ['id:1', 6],
            ['at:2', 7],
          ]),
        },
      ],
      ['halls', { whole: 0, since: 0, parts: new Map() }],
    ]),
  )
})

test('of a table that nothing was known of, all is known from now on alone', () => {
  expect(told('[]', { known: { halls: 0 } as never })?.changes.get('seats')?.since).toBe(7)
})

test('a node that is behind what is known', () => {
  expect(told('[]', { known: { seats: 9 } })?.changes.get('seats')?.since).toBe(7)
})

test('of more than are told, none is known', () => {
  const sighted = told('[["seats","id:1",6],["seats","id:2",6],["seats","id:3",6]]')
  expect(sighted?.changes.get('seats')).toEqual({ whole: 4, since: 7, parts: new Map() })
})

test.each([
  ['no columns', null, null],
  ['counts that are none', '[]', '{}'],
  ['a version that is none', '{"seats":["7",1]}', '[]'],
  ['a row that is none', counts, '[null]'],
  ['a part that is none', counts, '[["seats",1,2]]'],
])('%s', (_, given, parts) => {
  expect(readSighted(given, parts, asked)).toBeNull()
})
