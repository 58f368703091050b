import { expect, test } from 'vitest'
import type { CacheStatus } from '../../src/engine/keep/kept.ts'
import { cacheControl } from '../../src/rest/present/caching.ts'

/** Of a resource that is kept for a minute and by clients for twenty seconds. */
const toldOf = (status: CacheStatus): string =>
  cacheControl({
    kept: {
      keep: { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 600, clients: 20, afterWrite: 'wait' },
      status,
      isPublic: true,
      isShared: true,
    },
  })

/** Of a hit of this age. */
const told = (ageSeconds: number): string =>
  toldOf({
    kind: 'hit',
    readAt: { epoch: 'first', frame: 1, tick: 1 },
    tier: 'memory',
    ageSeconds,
    ttlSeconds: 60 - ageSeconds,
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

test.each([
  ['uri-miss', 'public, max-age=20'],
  ['stale', 'public, max-age=20'],
  // As `consistency=strong`.
  ['bypass', 'private, no-cache'],
] as const)('what the database said, as %s: %s', (why, expected) => {
  expect(toldOf({ kind: 'forward', why, isStored: true })).toBe(expected)
})
