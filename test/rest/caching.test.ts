import { expect, test } from 'vitest'
import { cacheControl } from '../../src/rest/present/caching.ts'

/** A hit of this age, of a resource that is kept for a minute and by clients for twenty seconds. */
const told = (ageSeconds: number): string =>
  cacheControl({
    kept: {
      keep: { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 600, clients: 20, afterWrite: 'wait' },
      status: {
        kind: 'hit',
        readAt: { epoch: 'first', frame: 1, tick: 1 },
        tier: 'memory',
        ageSeconds,
        ttlSeconds: 60 - ageSeconds,
      },
      isPublic: true,
      isShared: true,
    },
  })

test.each([
  [0, 20],
  [1, 21],
  [40, 60],
  [41, 60],
  [59, 60],
  // What is given while it is read anew.
  [61, 60],
])('clients may keep what is %i seconds old until it is %i', (age, until) => {
  expect(told(age)).toBe(`public, max-age=${until}`)
})
