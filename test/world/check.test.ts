import { expect, test } from 'vitest'
import { canaryOf, ownersIn } from '../../bench/world/check/canary.ts'
import { createChecker, type Read } from '../../bench/world/check/checker.ts'
import { createTally } from '../../bench/world/check/tally.ts'
import { countViolations, type ViolationKind } from '../../bench/world/check/violations.ts'
import { noteIn, noteOf } from '../../bench/world/node/people.ts'

type Step =
  /** Sent and answered at these times; `outcome` by default `done`. */
  | {
      readonly write: number
      readonly by?: string
      readonly at: number
      readonly outcome?: 'done' | 'unknown'
    }
  | { readonly read: number; readonly by?: string; readonly at: number; readonly promise?: Read['promise'] }
  | { readonly final: number }

/** A history of one object: which violations it has, and how old what was read was. */
function check(steps: readonly Step[]) {
  const violations = countViolations()
  const checker = createChecker(violations)
  const ages: number[] = []
  for (const step of steps) {
    if ('final' in step) checker.final('Tokyo', 'object', step.final)
    else if ('write' in step) {
      checker.write({ by: step.by ?? 'ada', object: 'object', version: step.write })(
        step.outcome ?? 'done',
        step.at,
      )
    } else {
      const { read: version, by = 'ada', at: askedAt, promise = 'own' } = step
      ages.push(checker.read({ by, object: 'object', version, askedAt, promise }))
    }
  }
  return { count: violations.count(), kinds: violations.examples.map((text) => text.split(':')[0]), ages }
}

const sound: readonly (readonly [string, readonly Step[]])[] = [
  [
    'own writes are read',
    [
      { write: 1, at: 10 },
      { read: 1, at: 11 },
      { write: 2, at: 20 },
      { read: 2, at: 21 },
    ],
  ],
  [
    'another reader may be late',
    [
      { write: 1, at: 10 },
      { read: 0, at: 11, by: 'bob' },
    ],
  ],
  [
    'and go back, when nothing else was promised',
    [
      { write: 1, at: 10 },
      { read: 1, at: 11, by: 'bob', promise: 'own' },
      { read: 0, at: 12, by: 'bob', promise: 'own' },
    ],
  ],
  [
    'a session goes forward',
    [
      { write: 1, at: 10 },
      { read: 0, at: 11, by: 'bob', promise: 'session' },
      { read: 1, at: 12, by: 'bob', promise: 'session' },
    ],
  ],
  [
    'a write that nobody answered may be there or not',
    [
      { write: 1, at: 10, outcome: 'unknown' },
      { read: 0, at: 11 },
      { read: 1, at: 12 },
      { read: 0, at: 13 },
      { final: 0 },
    ],
  ],
  [
    'newer than the own write is as good',
    [{ write: 1, at: 10 }, { write: 2, at: 12, by: 'bob' }, { read: 2, at: 13 }, { final: 2 }],
  ],
  [
    'a strong read sees what was answered before it was sent',
    [
      { write: 1, at: 10 },
      { read: 0, at: 9, by: 'bob', promise: 'strong' },
      { read: 1, at: 11, by: 'bob', promise: 'strong' },
    ],
  ],
]

test.each(sound)('%s: no violation', (_, steps) => {
  expect(check(steps)).toMatchObject({ count: 0 })
})

const planted: readonly (readonly [ViolationKind, readonly Step[]])[] = [
  [
    'own write',
    [
      { write: 1, at: 10 },
      { read: 0, at: 11 },
    ],
  ],
  [
    'own write',
    [
      { write: 1, at: 10 },
      { write: 2, at: 20 },
      { read: 2, at: 21 },
      { read: 1, at: 22 },
    ],
  ],
  [
    'own write',
    [
      { write: 1, at: 10 },
      { write: 2, at: 20 },
      { read: 1, at: 21, promise: 'session' },
    ],
  ],
  [
    'went back',
    [
      { write: 1, at: 10 },
      { read: 1, at: 11, by: 'bob', promise: 'session' },
      { read: 0, at: 12, by: 'bob', promise: 'session' },
    ],
  ],
  [
    'went back',
    [
      { write: 1, at: 10, outcome: 'unknown' },
      { read: 1, at: 11, promise: 'session' },
      { read: 0, at: 12, promise: 'session' },
    ],
  ],
  [
    'strong',
    [
      { write: 1, at: 10 },
      { read: 0, at: 11, by: 'bob', promise: 'strong' },
    ],
  ],
  [
    'nowhere',
    [
      { write: 1, at: 10 },
      { read: 2, at: 11 },
    ],
  ],
  ['nowhere', [{ read: 1, at: 1 }]],
  ['nowhere', [{ write: 1, at: 10 }, { final: 2 }]],
  ['lost write', [{ write: 1, at: 10 }, { final: 0 }]],
  [
    'lost write',
    [{ write: 1, at: 10 }, { write: 2, at: 20 }, { write: 3, at: 30, outcome: 'unknown' }, { final: 1 }],
  ],
]

test.each(planted)('a planted violation is found: %s', (kind, steps) => {
  expect(check(steps)).toMatchObject({ count: 1, kinds: [kind] })
})

test('how old a value is, is counted from the write that came after it', () => {
  const { ages } = check([
    { write: 1, at: 100 },
    { write: 2, at: 250 },
    { write: 3, at: 400 },
    ...[0, 1, 2, 3].map((read) => ({ read, at: 1_000, by: 'bob', promise: 'own' as const })),
    { read: 2, at: 399, by: 'bob', promise: 'own' },
  ])
  expect(ages).toEqual([900, 750, 600, 0, 0])
})

test('a count: own pieces and those answered before are in it, none twice and none from nowhere', () => {
  const violations = countViolations()
  const tally = createTally(violations)
  const first = tally.add('ada', 'sales')
  tally.read('bob', 'sales', 1)
  first('done')
  tally.read('ada', 'sales', 1)
  const lost = tally.add('bob', 'sales')
  lost('unknown')
  tally.read('bob', 'sales', 0)
  tally.final('Tokyo', 'sales', 1)
  tally.final('Tokyo', 'sales', 2)
  expect(violations.count()).toBe(0)
  tally.read('ada', 'sales', 0)
  tally.read('ada', 'sales', 3)
  tally.final('Tokyo', 'sales', 0)
  tally.final('Tokyo', 'sales', 3)
  expect(violations.examples.map((text) => text.split(':')[0])).toEqual([
    'own write',
    'nowhere',
    'lost write',
    'twice',
  ])
})

test('who buys after others were answered counts theirs, too', () => {
  const violations = countViolations()
  const tally = createTally(violations)
  tally.add('bob', 'sales')('done')
  tally.add('bob', 'sales')('done')
  tally.add('ada', 'sales')('done')
  tally.read('ada', 'sales', 2)
  expect(violations.count('own write')).toBe(1)
})

test('a secret is found wherever it stands, and whose it is', () => {
  expect(ownersIn(JSON.stringify([{ note: 'nothing' }, { name: 'canary' }]))).toEqual(new Set())
  const body = JSON.stringify([{ note: noteOf({ number: 17, order: 2, version: 5 }) }, { body: canaryOf(3) }])
  expect(ownersIn(body)).toEqual(new Set([17, 3]))
  expect(noteIn(noteOf({ number: 17, order: 2, version: 5 }))).toEqual({ number: 17, order: 2, version: 5 })
  expect(noteIn('Leave it at door 4.')).toBe(null)
})
