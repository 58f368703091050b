import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBookmark, sealBookmark } from '../../src/database/bookmark.ts'
import { followed } from '../harness/followed.ts'
import { type Answer, type Centre, startCentre } from './harness/centre.ts'

const tokyo = { name: 'replica-0', place: [35.7, 139.7] } as const
const frankfurt = { name: 'replica-1', place: [50.1, 8.7] } as const
const virginia = '38.9,-77.4'
/** Nothing of it is kept. */
const url = '/rest/v1/visits?select=id&limit=1'

let centre: Centre
beforeAll(async () => {
  centre = await startCentre({
    replicas: 2,
    places: [tokyo.place, frankfurt.place],
    variables: { DATABASE_PLACE: virginia },
    // Where the primary is not said to be anywhere, it is asked last.
    own: {
      d: { DATABASE_PLACE: '' },
      e: { DATABASE_PLACE: '', DATABASE_HEDGE: '1' },
      f: { DATABASE_PLACE: '' },
    },
  })
  for (const { sqld } of centre.nodes.replicas) await followed(sqld.url, 'select id from visits')
}, 60_000)
afterAll(() => centre?.stop())

const timing = ({ headers }: Answer): string => headers.get('server-timing') ?? ''
const node = (answer: Answer) => /node;desc="([^"]*)"/.exec(timing(answer))?.[1]

describe('the first read of an isolate goes to the node that is nearest to where its request comes in', () => {
  test.each([
    ['Seoul', 'a', { latitude: '37.6', longitude: '127.0' }, tokyo.name],
    ['London', 'b', { latitude: '51.5', longitude: '-0.1' }, frankfurt.name],
    ['New York', 'c', { latitude: '40.7', longitude: '-74.0' }, 'primary'],
  ] as const)('%s', async (_, name, cf, expected) => {
    const answer = await centre.ask(url, { in: name, cf })
    expect([answer.status, answer.trips, node(answer)]).toEqual([200, 1, expected])
  })

  test.each([
    ['nothing is said', null],
    ['no place is said', { colo: 'NRT' }],
    ['half of one is', { latitude: '51.5' }],
    ['it is no number', { latitude: 'north', longitude: '' }],
  ])('or to any replica where %s', async (_, cf) => {
    const answer = await centre.ask(url, { in: 'c', cf })
    expect([answer.status, answer.trips, node(answer)]).toEqual([200, 1, expect.stringMatching(/^replica-/)])
  })
})

describe('a second node is asked when the first one takes longer than nearly always', () => {
  test.each([
    ['not by default', 'd', undefined],
    ['where DATABASE_HEDGE says so', 'e', '1'],
  ] as const)('%s', async (_, name, expected) => {
    const { ask, nodes } = centre
    // After so many it is known what nearly always is.
    for (let trip = 0; trip < 40; trip += 1) await ask(url, { in: name })
    for (const { wire } of nodes.replicas) wire.strike({ delayMilliseconds: 300 })
    try {
      const answers = [await ask(url, { in: name }), await ask(url, { in: name })]
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      const told = answers.map((answer) => /hedged;desc="(\d+)"/.exec(timing(answer))?.[1])
      expect(told.find((each) => each !== undefined)).toBe(expected)
    } finally {
      for (const { wire } of nodes.replicas) wire.strike(null)
    }
  })
})

test('bookmarks that no node has come to hold up who brings them for a while, and nobody else', async () => {
  const { ask, bindings } = centre
  const secret = bindings.SERVER_SECRET ?? ''
  const { bookmark } = await ask(url, { headers: { prefer: 'consistency=session, consistency=strong' } })
  const now = openBookmark(secret, bookmark ?? '') ?? expect.unreachable()
  // As after a restore of which no isolate has heard.
  const ahead = sealBookmark(secret, { ...now, frame: now.frame + 1_000_000 })
  let isOver = false
  const crowd = Promise.all(
    Array.from({ length: 50 }, () => ask(url, { in: 'd', headers: { 'selvage-bookmark': ahead } })),
  ).finally(() => {
    isOver = true
  })
  const others: Answer[] = []
  while (!isOver) {
    await sleep(50)
    for (const name of ['d', 'f'] as const) others.push(await ask(url, { in: name }))
  }
  const answers = await crowd
  expect(new Set([...answers, ...others].map(({ status }) => status))).toEqual(new Set([200]))
  expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(5_000)
  expect(Math.max(...others.map(({ milliseconds }) => milliseconds))).toBeLessThan(1_200)
})
