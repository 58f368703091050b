import { expect, test } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { startTiming } from '../../src/base/timing.ts'
import { clusterOf } from '../../src/database/cluster.ts'
import { freshnessOf, nobody } from '../../src/database/fresh/freshness.ts'
import { looked } from '../../src/database/fresh/looks.ts'
import type { Reply } from '../../src/database/hrana/reply.ts'

const node = (name: string, isPrimary: boolean) => ({
  ...{ name, url: 'http://127.0.0.1:9', token: null, place: null },
  isPrimary,
})

/** What the primary says of its history; null: it does not answer. */
function primary(epoch: string | null): () => Promise<Reply> {
  return async () => {
    if (epoch === null) throw new Problem('UNAVAILABLE_DATABASE')
    const row = [epoch, '0', '100'].map((value) => ({ type: 'text' as const, value }))
    return { results: [{ rows: [row], affectedRows: 0 }], frame: 12, check: null, epilogue: null }
  }
}

const written = { epoch: 'of the session', frame: 12, tick: 100 }

test.each([
  ['it looked half a second ago', { lookedAgo: 500, says: null }, null],
  ['the primary does not answer', { lookedAgo: 60_000, says: null }, null],
  ['the primary says so, too', { lookedAgo: 60_000, says: 'of the session' }, written],
  [
    'the primary says another one',
    { lookedAgo: 60_000, says: 'a third one' },
    { epoch: 'a third one', frame: 0, tick: 100 },
  ],
] as const)(
  'where a session wrote in a history that this isolate does not know: %s',
  async (_, how, owed) => {
    const cluster = clusterOf(node('primary', true), [node('replica', false)])
    looked(cluster, { epoch: 'of this isolate', frame: 10, tick: 50 }, Date.now() - how.lookedAgo)
    const reader = { ...nobody, remembered: async () => written }
    const surroundings = { cluster, reader, send: primary(how.says) }
    expect(await freshnessOf('session', startTiming(), surroundings)).toEqual(owed)
  },
)

test('what a session wrote in a history that is over is owed by its tick, and nobody asks again', async () => {
  const cluster = clusterOf(node('primary', true), [node('replica', false)])
  looked(cluster, written, Date.now() - 60_000)
  looked(cluster, { epoch: 'of this isolate', frame: 10, tick: 50 }, Date.now() - 60_000)
  const reader = { ...nobody, remembered: async () => written }
  const surroundings = { cluster, reader, send: primary(null) }
  expect(await freshnessOf('session', startTiming(), surroundings)).toEqual({
    epoch: 'of this isolate',
    frame: 0,
    tick: written.tick,
  })
})

test('the cookie of the first of two writes of somebody who shares a session does not hide the second', async () => {
  const cluster = clusterOf(node('primary', true), [])
  const bookmark = { ...written, frame: 10, tick: 90 }
  const reader = { ...nobody, bookmark, isCookie: true, remembered: async () => written }
  const owed = (isCookie: boolean) =>
    freshnessOf('lately', startTiming(), { cluster, reader: { ...reader, isCookie }, send: primary(null) })
  expect([await owed(true), await owed(false)]).toEqual([written, bookmark])
})
