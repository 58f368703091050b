import { describe, expect, test } from 'vitest'
import { negotiate } from '../../../src/rest/parse/accept.ts'
import { parsePrefer } from '../../../src/rest/parse/prefer.ts'
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
    expect(parsePrefer(header)).toEqual({ count, handling, applied })
  })

  test('strict lists what is not known', () => {
    const problem = expectProblem('PGRST122', () =>
      parsePrefer('foo, handling=strict, count=all, timezone=UTC'),
    )
    expect(problem.details).toBe('Invalid preferences: foo, count=all, timezone=UTC')
  })

  test('several headers count as one', () => {
    const headers = new Headers()
    headers.append('Prefer', 'count=exact')
    headers.append('Prefer', 'handling=strict')
    expect(parsePrefer(headers.get('prefer'))).toMatchObject({ count: 'exact', handling: 'strict' })
  })
})
