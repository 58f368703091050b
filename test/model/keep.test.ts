import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import type { CacheOptions } from '../../src/declare/resource.ts'
import { backend, everyone, resource } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'
import type { Keep } from '../../src/model/resource.ts'
import { shortest } from '../../src/model/rule/keep.ts'

const news = sqliteTable('news', { id: integer().primaryKey() })

const keepOf = (cache?: CacheOptions): Keep | null | undefined => {
  const resources = [resource(news, { read: everyone, ...(cache !== undefined && { cache }) })]
  const declared = backend({ name: 'News', roles: { member: [] }, defaultRole: 'member', resources })
  return linkModel(declared).resources.get('news')?.keep
}

const week = 604_800

describe('cache', () => {
  test.each([[undefined], [{ maxAge: 0 }], [{ maxAge: 0, staleIfError: 60 }]])(
    '%j keeps nothing',
    (cache) => {
      expect(keepOf(cache)).toBeNull()
    },
  )

  test('says maxAge alone: nothing is given that is older, clients ask, and a write is waited for', () => {
    const rest = { staleWhileRevalidate: 0, staleIfError: 0, clients: 0, afterWrite: 'wait' }
    expect(keepOf({ maxAge: 1 })).toEqual({ maxAge: 1, ...rest })
  })

  test('may say a week in all, and clients as much as maxAge', () => {
    const rest = { staleWhileRevalidate: 0, staleIfError: 0, clients: week, afterWrite: 'wait' }
    expect(keepOf({ maxAge: week, clients: week })).toEqual({ maxAge: week, ...rest })
    const half = { maxAge: week / 2, staleWhileRevalidate: week / 2, staleIfError: week / 2, clients: 0 }
    expect(keepOf({ ...half, afterWrite: 'revalidate' })).toEqual({ ...half, afterWrite: 'revalidate' })
  })

  test.each(['staleWhileRevalidate', 'staleIfError'])(
    'is refused beyond, with %s: so long nobody remembers what was written',
    (member) => {
      const says = `news: cache.maxAge and what is given stale after it are ${week + 1} seconds, and may be ${week}, a week`
      expect(() => keepOf({ maxAge: week, [member]: 1 })).toThrow(says)
    },
  )

  const members = ['maxAge', 'staleWhileRevalidate', 'staleIfError', 'clients'] as const
  const wrong = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]
  test.each(members.flatMap((member) => wrong.map((seconds) => [member, seconds] as const)))(
    '%s of %d is refused at start-up, with its name',
    (member, seconds) => {
      const says = `news: cache.${member} is ${seconds}, and must be whole seconds, 0 or more`
      expect(() => keepOf({ maxAge: 60, [member]: seconds })).toThrow(new TypeError(says))
    },
  )

  test('clients may not keep an answer for longer than it may be kept here', () => {
    const says = new TypeError('news: cache.clients is more than cache.maxAge')
    expect(() => keepOf({ maxAge: 60, clients: 61 })).toThrow(says)
    expect(() => keepOf({ maxAge: 0, clients: 1 })).toThrow(says)
  })
})

describe('an answer with rows of several', () => {
  const long: Keep = {
    ...{ maxAge: 60, staleWhileRevalidate: 30, staleIfError: 600, clients: 20 },
    afterWrite: 'revalidate',
  }

  test('of one is kept as that one says', () => {
    expect(shortest([long])).toEqual(long)
  })

  test.each([
    { maxAge: 1 },
    { staleWhileRevalidate: 0 },
    { staleIfError: 5 },
    { clients: 3 },
    { afterWrite: 'wait' },
  ] as const)('is kept as the one allows that says %j, whichever comes first', (less) => {
    const short = { ...long, ...less }
    expect(shortest([long, short])).toEqual(short)
    expect(shortest([short, long, long])).toEqual(short)
  })

  test('takes of each what is least', () => {
    const other = { ...long, maxAge: 10, staleIfError: 900 }
    expect(shortest([{ ...long, clients: 2 }, other])).toEqual({ ...long, maxAge: 10, clients: 2 })
  })
})
