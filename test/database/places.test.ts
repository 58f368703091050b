import { describe, expect, test } from 'vitest'
import {
  ended,
  forgetStreams,
  giveBack,
  isRenewalDue,
  lend,
  openAhead,
  streamsOf,
  takeOld,
} from '../../src/database/hrana/streams.ts'

test('one that is open for long is closed by the trip that uses it next, or left', () => {
  const streams = streamsOf(1)
  giveBack(streams, lend(streams, 0), 'a', 1_000)
  expect(lend({ ...streams, taken: new Set() }, 3_999)).toMatchObject({ baton: 'a', isKept: true })
  expect(lend({ ...streams, taken: new Set() }, 4_000)).toMatchObject({ baton: 'a', isKept: false })
  expect(lend(streams, 5_000)).toMatchObject({ baton: null, isKept: false })
  expect(streams.idle).toEqual([])
})

test('the one that was used last goes first, and one that was forgotten meanwhile does not come back', () => {
  const streams = streamsOf(2)
  const [one, other] = [lend(streams, 0), lend(streams, 0)]
  expect(lend(streams, 0)).toMatchObject({ isKept: false, place: null })
  giveBack(streams, one, 'one', 1)
  giveBack(streams, other, 'other', 2)
  const again = lend(streams, 3)
  expect(again.baton).toBe('other')
  forgetStreams(streams)
  giveBack(streams, again, 'next', 4)
  expect(streams.idle).toEqual([])
})

test.each([
  [
    'was left, as it was open for too long',
    1_000,
    (streams) => giveBack(streams, lend(streams, 0), 'a', 1_000),
  ],
  [
    'was forgotten',
    1_000,
    (streams) => {
      giveBack(streams, lend(streams, 0), 'a', 1_000)
      forgetStreams(streams)
    },
  ],
  [
    'was forgotten while it was used',
    1_000,
    (streams) => {
      const lease = lend(streams, 0)
      forgetStreams(streams)
      giveBack(streams, lease, 'a', 1_000)
    },
  ],
  [
    'may be open still, as nobody knows',
    1_000,
    (streams) => giveBack(streams, lend(streams, 0), null, 1_000),
  ],
  ['nobody gave back, for its request was given up', 10_000, (streams) => lend(streams, 0)],
] as const satisfies readonly (readonly [
  string,
  number,
  (streams: ReturnType<typeof streamsOf>) => unknown,
])[])(
  'a stream that %s has its place until the server ends it: no other one takes one more',
  (_, usedAt, leave) => {
    const streams = streamsOf(1)
    leave(streams)
    expect(lend(streams, usedAt + 10_999)).toMatchObject({ baton: null, isKept: false })
    expect(lend(streams, usedAt + 11_000)).toMatchObject({ baton: null, isKept: true })
  },
)

test('one that has ended has none', () => {
  const streams = streamsOf(1)
  ended(streams, lend(streams, 0))
  expect(lend(streams, 1)).toMatchObject({ isKept: true })
})

describe('is replaced before it is too old', () => {
  test('where a trip went lately, and none is there that is young', () => {
    const streams = streamsOf(2)
    expect(isRenewalDue(streams, 0)).toBe(false)
    giveBack(streams, lend(streams, 0), 'a', 1)
    expect([2_999, 3_000, 9_999, 10_000].map((now) => isRenewalDue(streams, now))).toEqual([
      ...[false, true, true, false],
    ])
    const lease = openAhead(streams, 3_000)
    if (lease === null) expect.unreachable()
    expect(lease).toMatchObject({ baton: null, isKept: true })
    giveBack(streams, lease, 'b', 3_001)
    expect(isRenewalDue(streams, 3_001)).toBe(false)
    expect(takeOld(streams, 3_001)).toMatchObject({ baton: 'a', isKept: false })
    expect(takeOld(streams, 3_001)).toBeNull()
    expect(lend(streams, 3_002)).toMatchObject({ baton: 'b' })
  })

  test('where all places are taken, only after an old one was closed', () => {
    const streams = streamsOf(1)
    giveBack(streams, lend(streams, 0), 'a', 1)
    expect(openAhead(streams, 3_000)).toBeNull()
    const old = takeOld(streams, 3_000)
    if (old === null) expect.unreachable()
    expect(openAhead(streams, 3_000)).toBeNull()
    ended(streams, old)
    expect(openAhead(streams, 3_000)).not.toBeNull()
    // Of that one it is not known how it goes on.
    expect([openAhead(streams, 3_001), isRenewalDue(streams, 3_001)]).toEqual([null, false])
  })

  test('but for who keeps none', () => {
    const streams = streamsOf(0)
    lend(streams, 0)
    expect([isRenewalDue(streams, 3_000), openAhead(streams, 3_000)]).toEqual([false, null])
  })
})
