import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { backend, everyone, or, resource } from '../../../src/index.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { type Ask, bookmarkOf, type Isolate, type KeptWorld, newDataCentre, startKept } from './world.ts'

const columns = () => ({ id: integer().primaryKey(), owner: text().notNull(), text: text().notNull() })
const [pages, notes, rules, drafts, lists] = [
  sqliteTable('pages', columns()),
  sqliteTable('notes', columns()),
  sqliteTable('rules', columns()),
  sqliteTable('drafts', columns()),
  sqliteTable('lists', columns()),
]
const rights = { read: everyone, update: everyone }
const cache = { maxAge: 60, staleWhileRevalidate: 600, afterWrite: 'revalidate' } as const

let nodes: TestNodes
let world: KeptWorld
let as: string
beforeAll(async () => {
  nodes = await startNodes(1)
  world = await startKept(
    backend({
      name: 'Pages',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [
        resource(pages, { ...rights, cache }),
        resource(notes, { ...rights, read: ({ caller }) => eq(notes.owner, caller.id), cache }),
        resource(rules, {
          ...rights,
          read: ({ caller }) => or(caller.has('member'), eq(rules.id, 2)),
          cache,
        }),
        resource(drafts, { ...rights, cache: { ...cache, afterWrite: 'wait' } }),
        resource(lists, { ...rights, cache: { maxAge: 60, afterWrite: 'revalidate' } }),
      ],
    }),
    { url: nodes.primary.wire.url, stop: () => nodes.stop() },
  )
  await world.run(
    ['pages', 'notes', 'rules', 'drafts', 'lists'].map(
      (table) =>
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < 20) insert into ${table} select i, 'ann', 'old' from n`,
    ),
  )
  as = await world.signIn('ann', 'member', 'session-ann')
}, 60_000)
afterAll(() => world.stop())

let here: Isolate
let elsewhere: Isolate
let number = 0
let body: { readonly text: string }
beforeEach(async () => {
  number += 1
  body = { text: `new ${number}` }
  newDataCentre()
  elsewhere = world.isolate({ DATABASE_URL: nodes.primary.sqld.url })
  await elsewhere('/rest/v1/pages/20')
  newDataCentre()
  here = world.isolate()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const trips = ({ headers }: Awaited<ReturnType<Isolate>>): number =>
  Number(/\btrips;desc="(\d+)"/.exec(headers.get('server-timing') ?? '')?.[1] ?? Number.NaN)

async function served(path: string, asked: Ask = {}, isolate = here): Promise<void> {
  await isolate(`/rest/v1/${path}`, asked)
  expect(trips(await isolate(`/rest/v1/${path}`, asked))).toBe(0)
}

const change = (path: string, isolate = elsewhere) =>
  bookmarkOf(() => isolate(`/rest/v1/${path}`, { method: 'PATCH', as: 'service', body }))

/**
 * An answer of the database about something else tells of all that was written, and what nobody asked before is not kept.
 * @returns the trips that were made afterwards
 */
async function hear(asked: Ask = {}): Promise<number> {
  heard += 1
  const before = nodes.primary.wire.all
  const answer = await here(`/rest/v1/pages?id=eq.20&limit=${heard}`, asked)
  expect(trips(answer)).toBe(1)
  return nodes.primary.wire.all - before - 1
}
let heard = 0

const passes = (milliseconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds })

test.each([
  ['nobody in particular', () => ({})],
  ['somebody', () => ({ as })],
])('what %s was given is read anew with the news: who has the bookmark makes no trip', async (_, who) => {
  await served('pages/1', who())
  const headers = await change('pages/1')
  expect(await hear()).toBe(1)
  const answer = await here('/rest/v1/pages/1', { headers })
  expect([trips(answer), answer.text]).toEqual([0, expect.stringContaining(body.text)])
})

test('once, until somebody asks for it again; and not what nobody asked for lately', async () => {
  await here('/rest/v1/pages/1')
  await change('pages/1')
  expect(await hear()).toBe(0)
  await served('pages/1')
  for (const expected of [1, 0]) {
    await change('pages/1')
    expect(await hear()).toBe(expected)
  }
  await served('pages/1')
  await change('pages/1')
  passes(11_000)
  expect(await hear()).toBe(0)
})

test.each([
  ['is told to one alone', 'notes?id=eq.1', () => ({ as })],
  ['is told to some alone', 'rules?id=eq.1', () => ({ as })],
  ['is to be waited for', 'drafts/1', () => ({})],
  ['has no time in which it is given while it is read', 'lists/1', () => ({})],
])('what %s is not', async (_, path, who) => {
  await served(path, who())
  await change(path)
  expect(await hear()).toBe(0)
})

test('as nobody in particular asks, whoever brings the news', async () => {
  await served('rules?id=eq.2')
  const headers = await change('rules/2')
  await hear({ as })
  expect(trips(await here('/rest/v1/rules?id=eq.2', { headers }))).toBe(0)
})

test('of much that one write overtakes, what was given last, and no more than a few', async () => {
  for (const id of [1, 2, 3, 4, 5, 6, 1, 11, 12, 13, 14]) {
    await served(`pages/${id}`)
    passes(10)
  }
  const headers = await change('pages?id=lt.10')
  expect(await hear()).toBe(4)
  const made = []
  for (const id of [1, 2, 3, 4, 5, 6]) made.push(trips(await here(`/rest/v1/pages/${id}`, { headers })))
  expect(made).toEqual([0, 1, 1, 0, 0, 0])
})

test('while that is done nothing else is; who comes next does the rest', async () => {
  const { wire } = nodes.primary
  for (const id of [1, 2, 3, 4, 5, 6, 7, 8]) await served(`pages/${id}`)
  // Nobody is taken for dead.
  passes(0)
  await change('pages?id=lt.5')
  const before = wire.all
  wire.strike({ delayMilliseconds: 500 })
  await hear({ isHasty: true })
  await change('pages?id=gt.4&id=lt.9')
  wire.strike(null)
  await hear({ isHasty: true })
  expect((await here('/rest/v1/pages/1', { isHasty: true })).text).not.toContain(body.text)
  expect(wire.all - before).toBe(6)
  await sleep(800)
  await here('/rest/v1/pages/1')
  expect(wire.all - before).toBe(10)
})

test('by one isolate of a data centre', async () => {
  const beside = world.isolate()
  for (const isolate of [here, beside])
    for (const path of ['pages/1', 'pages/2']) await served(path, {}, isolate)
  const headers = await change('pages/1')
  expect(await hear()).toBe(1)
  const before = nodes.primary.wire.all
  passes(1_100)
  await beside('/rest/v1/pages/2')
  expect(trips(await beside('/rest/v1/pages/1', { headers }))).toBe(0)
  expect(nodes.primary.wire.all - before).toBe(0)
})

/** Another isolate of the data centre wrote: this one hears of it without a trip. */
async function changeNearby(whenHeard: () => void): Promise<{ readonly 'selvage-bookmark': string }> {
  const beside = world.isolate()
  await beside('/rest/v1/pages/2')
  for (const path of ['pages/1', 'pages/2']) await served(path)
  whenHeard()
  const headers = await change('pages/1', beside)
  passes(1_100)
  return headers
}

test('a replica that lags does not give the same answer again', async () => {
  const [replica] = nodes.replicas
  if (replica === undefined) throw new RangeError('there is one')
  const list = [{ name: 'tokyo', url: replica.wire.url, place: [35.7, 139.7] }]
  here = world.isolate({ DATABASE_REPLICAS: JSON.stringify(list) })
  try {
    const headers = await changeNearby(() => replica.link.pause())
    await here('/rest/v1/pages/2')
    const answer = await here('/rest/v1/pages/1', { headers })
    expect([trips(answer), answer.text]).toEqual([0, expect.stringContaining(body.text)])
  } finally {
    replica.link.resume()
  }
})

test('that it failed is reported, and the answer that brought the news is as ever', async () => {
  const report = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const headers = await changeNearby(() => undefined)
  nodes.primary.wire.strike({ status: 500 })
  try {
    const answer = await here('/rest/v1/pages/2')
    expect([answer.status, trips(answer)]).toEqual([200, 0])
    expect(report.mock.calls).toEqual([[expect.stringContaining('refresh')]])
  } finally {
    nodes.primary.wire.strike(null)
  }
  expect((await here('/rest/v1/pages/1', { headers })).text).toContain(body.text)
})
