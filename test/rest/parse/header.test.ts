import { describe, expect, test } from 'vitest'
import { negotiate } from '../../../src/rest/parse/accept.ts'
import { parsePrefer, prefers } from '../../../src/rest/parse/prefer.ts'
import { expectProblem, read } from './read.ts'

describe('Accept', () => {
  test.each([
    [null, 'array', false],
    ['', 'array', false],
    ['*/*', 'array', false],
    ['application/*', 'array', false],
    ['application/json; charset=utf-8', 'array', false],
    ['application/vnd.pgrst.array+json', 'array', false],
    ['application/vnd.pgrst.array+json;nulls=stripped', 'array', true],
    ['application/vnd.pgrst.array+json ; NULLS="stripped"', 'array', true],
    ['application/vnd.pgrst.object+json', 'object', false],
    ['ApplicatIon/vnd.PgRsT.object+json;nulls=stripped', 'object', true],
    ['application/json;nulls=stripped', 'array', false],
    ['text/csv', 'csv', false],
    ['text/*', 'csv', false],
    ['text/csv;q=0.5, application/json;q=0.4', 'csv', false],
    ['*/*, text/csv', 'csv', false],
    ['text/csv;q=0.9, */*', 'array', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'array', false],
    ['text/csv;q=0, application/json', 'array', false],
    ['application/vnd.pgrst.plan+json; for="application/json,text/csv", text/csv', 'csv', false],
  ] as const)('%s', (header, kind, nullsStripped) => {
    expect(negotiate(header)).toMatchObject({ kind, nullsStripped })
  })

  test.each([
    'text/unknowntype',
    'application/json;q=0',
    'application/geo+json',
    'json',
    ',',
    'text/csv;q=2',
  ])('refuses %s', (header) => {
    expectProblem('PGRST107', () => negotiate(header), `None of these media types are available: ${header}`)
  })

  test('is part of the intent', () => {
    expect(read('', { headers: { accept: 'text/csv' } }).request.intent.format).toBe('csv')
    const headers = { accept: 'application/vnd.pgrst.object+json;nulls=stripped' }
    expect(read('', { headers }).request.intent).toMatchObject({ format: 'json', nullsStripped: true })
  })
})

const nothing = {
  resolution: null,
  missing: null,
  return: null,
  count: null,
  tx: null,
  consistency: null,
  handling: null,
  maxAffected: null,
  applied: null,
}

describe('Prefer', () => {
  test.each([
    [null, null, null, null],
    ['count=exact', 'exact', null, 'count=exact'],
    ['count=planned, count=exact', 'planned', null, 'count=planned'],
    ['handling=strict,count=estimated', 'estimated', 'strict', 'count=estimated, handling=strict'],
    ['Count = "exact"', 'exact', null, 'count=exact'],
    ['handling=lenient, anything, count=all', null, 'lenient', 'handling=lenient'],
    ['handling=strict, max-affected=5, return=minimal,', null, 'strict', 'handling=strict'],
  ] as const)('%s', (header, count, handling, applied) => {
    expect(parsePrefer(header, 'list')).toEqual({ ...nothing, count, handling, applied })
  })

  test('strict lists what is not known', () => {
    const problem = expectProblem('PGRST122', () =>
      parsePrefer('foo, handling=strict, count=all, timezone=UTC', 'list'),
    )
    expect(problem.details).toBe('Invalid preferences: foo, count=all, timezone=UTC')
  })

  test.each([
    [null, false],
    ['count=exact', false],
    ['consistency=session', true],
    ['count=exact, Consistency = "session"', true],
    ['consistency=strong, consistency=session', true],
    ['x-consistency=session', false],
    ['consistency=sessions', false],
    ['consistency', false],
  ])('%s asks for session: %s', (header, expected) => {
    expect(prefers(header, 'consistency', 'session')).toBe(expected)
  })

  test('several headers count as one', () => {
    const headers = new Headers()
    headers.append('Prefer', 'count=exact')
    headers.append('Prefer', 'handling=strict')
    expect(parsePrefer(headers.get('prefer'), 'list')).toMatchObject({ count: 'exact', handling: 'strict' })
  })

  const all =
    'handling=strict, tx=commit, consistency=strong, count=exact, max-affected=10, return=representation, missing=default, resolution=merge-duplicates'
  const members = {
    resolution: 'merge-duplicates',
    missing: 'default',
    return: 'representation',
    count: 'exact',
    tx: 'commit',
    handling: 'strict',
    maxAffected: 10,
  }

  test.each([
    ['list', { count: 'exact', consistency: 'strong' }, 'count=exact, consistency=strong, handling=strict'],
    ['item', { consistency: 'strong' }, 'consistency=strong, handling=strict'],
    [
      'insert',
      { ...members, maxAffected: null },
      'resolution=merge-duplicates, missing=default, return=representation, count=exact, tx=commit, handling=strict',
    ],
    [
      'update',
      { ...members, resolution: null },
      'missing=default, return=representation, count=exact, tx=commit, handling=strict, max-affected=10',
    ],
    [
      'delete',
      { ...members, resolution: null, missing: null },
      'return=representation, count=exact, tx=commit, handling=strict, max-affected=10',
    ],
  ] as const)('%s takes what concerns it, and says so', (use, taken, applied) => {
    expect(parsePrefer(all, use)).toEqual({ ...nothing, handling: 'strict', ...taken, applied })
  })

  test.each([
    ['max-affected=0', null, null],
    ['max-affected=0, handling=lenient', null, 'handling=lenient'],
    ['max-affected=0, handling=strict', 0, 'handling=strict, max-affected=0'],
    ['handling=strict, max-affected=2, max-affected=1', 2, 'handling=strict, max-affected=2'],
  ] as const)('%s: the limit of rows needs handling=strict', (header, maxAffected, applied) => {
    expect(parsePrefer(header, 'delete')).toMatchObject({ maxAffected, applied })
  })

  test.each([
    'max-affected=-1',
    'max-affected=1e3',
    'max-affected=9999999999999999',
    'return=all',
    'return',
    'tx=abort',
    '__proto__',
    'constructor=exact',
  ])('strict does not know %s', (preference) => {
    const header = `${preference}, handling=strict`
    const problem = expectProblem('PGRST122', () => parsePrefer(header, 'insert'))
    expect(problem.details).toBe(`Invalid preferences: ${preference}`)
    expect(parsePrefer(preference, 'insert')).toEqual(nothing)
  })

  test.each([
    ['return=minimal, return=representation', { return: 'minimal' }],
    ['return=headers-only', { return: 'headers-only' }],
    ['return=all, return=minimal', { return: 'minimal' }],
    ['missing=null, resolution=ignore-duplicates', { missing: 'null', resolution: 'ignore-duplicates' }],
    ['tx=commit', { tx: 'commit' }],
  ] as const)('an insert with %s', (header, taken) => {
    expect(parsePrefer(header, 'insert')).toMatchObject(taken)
  })
})
