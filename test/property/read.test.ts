/**
 * Random reads through the whole pipeline on a real server, against an oracle that works the answer out in memory:
 * the same rows in the same order, the same JSON, the same total, and page after page the same list; for every
 * caller, with every policy. What a caller may not see must answer as what is not there.
 *
 * Runs are the same every time: `PROPERTY_SEED=n PROPERTY_PATH=…` repeats a failure, as its message says. A long
 * soak with fresh seeds:
 *
 *     PROPERTY_SECONDS=600 npx vitest run --project node test/property
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import shopBackend from '../../src/backend/index.ts'
import shopSeed, { ada, bob, grace, linus } from '../../src/backend/seed.ts'
import { Problem } from '../../src/base/problem.ts'
import { anonymous, type Caller, service } from '../../src/model/caller/caller.ts'
import { one, two } from '../fixture/ids.ts'
import fixtureBackend from '../fixture/index.ts'
import fixtureSeed from '../fixture/seed.ts'
import { type Stage, startStage } from '../sql/stage.ts'
import { drawing } from './ask/draw.ts'
import { type Asked, drawQuestion } from './ask/question.ts'
import { storedRows } from './data.ts'
import { answer } from './oracle/answer.ts'
import { isGrouped } from './oracle/group.ts'
import { refusals } from './oracle/refusal.ts'
import { type Json, parseJson } from './oracle/value.ts'
import type { Data, Who, World } from './oracle/world.ts'
import { parameters, seconds } from './run.ts'
import { canonical, isTotal } from './same.ts'
import { fixture } from './worlds/fixture.ts'
import { libraryWorld } from './worlds/library.ts'
import { librarian, library, librarySeed, reader } from './worlds/library_backend.ts'
import { shop } from './worlds/shop.ts'

/** A user whose role the backend no longer knows: signed in, and no more. */
const ghostOf = (user: { id: string; email: string }) => ({ ...user, role: 'ghost' })

const worlds = [
  {
    name: 'shop',
    world: shop,
    backend: shopBackend,
    seed: shopSeed('small'),
    users: [ada, bob, grace, linus, ghostOf({ id: ada.id.replace(/0$/, '4'), email: 'user4@example.com' })],
  },
  {
    name: 'fixture',
    world: fixture,
    backend: fixtureBackend,
    seed: fixtureSeed('small'),
    users: [one, two, ghostOf({ id: one.id.replace(/1$/, '3'), email: 'someone.else@example.com' })],
  },
  {
    name: 'library',
    world: libraryWorld(Date.now),
    backend: library,
    seed: librarySeed,
    users: [reader, librarian, ghostOf({ id: 'ghost-1', email: 'ghost@example.com' })],
  },
] as const

describe.each(worlds)('reads of the $name', ({ world, backend, seed: rows, users }) => {
  let stage: Stage
  let data: Data
  let callers: ReadonlyMap<string, Caller>

  beforeAll(async () => {
    const known = new Map([...rows.users, ...users].map((user) => [user.id, { ...user, password: null }]))
    stage = await startStage(backend, { ...rows, users: [...known.values()] })
    data = await storedRows(stage, world)
    const signedIn = await Promise.all(users.map((user) => stage.signIn(user)))
    callers = new Map<string, Caller>([
      ['anon', anonymous],
      ['service', service],
      ...signedIn.map((caller): [string, Caller] => [caller.id, caller]),
    ])
  }, 60_000)
  afterAll(() => stage.stop())

  it(
    'answers as the oracle does',
    async () => {
      const whos = [...callers.values()].map((caller): Who => caller)
      // The oracle's data are there only now, so the questions are drawn inside.
      const questions = drawing((draw) => drawQuestion(draw, world, data, whos))
      await fc.assert(
        fc.asyncProperty(questions, async (asked) => {
          const caller = callers.get(
            asked.who.kind === 'user' ? asked.who.id : asked.who.role.replace('_role', ''),
          )
          await check(stage, world, data, asked, caller ?? anonymous)
        }),
        parameters(350) as fc.Parameters<[Asked]>,
      )
    },
    (seconds ?? 60) * 1000 + 60_000,
  )
})

async function check(stage: Stage, world: World, data: Data, asked: Asked, caller: Caller): Promise<void> {
  const { request, who } = asked
  const { intent } = request
  const refused = refusals(world, intent, who)
  const outcome = await stage.read(request, caller).catch((error: unknown) => {
    if (error instanceof Problem && error.code !== 'INTERNAL') return error
    throw error
  })
  // How deep SQLite can read is no question of semantics; test/sql says how deep it must.
  if (outcome instanceof Problem && outcome.code === 'LIMIT_EMBEDS') return
  if (outcome instanceof Problem || refused.size > 0) {
    const code = outcome instanceof Problem ? outcome.code : 'an answer'
    expect([...refused], `${code}: ${outcome instanceof Problem ? outcome.message : outcome.body}`).toContain(
      code,
    )
    return
  }
  const expected = answer({ world, data, who, request })
  const form = (rows: readonly Json[]) => canonical(rows, intent.root, intent.resource, who, world)
  const got = form(parseJson(outcome.body) as readonly Json[])
  const isOrdered = isTotal(intent.root, intent.resource, world, true)
  if (isOrdered || expected.page.length === expected.all.length) expectSame(got, form(expected.page))
  // Which rows are cut off is not said: they are some of all.
  else expect(withoutEach(form(expected.all), got)).toHaveLength(expected.all.length - got.length)
  expect(outcome.rows).toBe(expected.page.length)
  expect(outcome.total).toBe(intent.count === null ? null : expected.all.length)
  const isList = intent.key === null && !isGrouped(intent.root)
  if (!isList || !isOrdered) return
  // An order that goes on behind the key is one that no cursor holds.
  if (outcome.mark === null && intent.root.order.length > 0) return
  expectSame(form(await allPages(stage, asked, caller, expected.all.length)), form(expected.all))
}

/** The first row that differs says more than all of them. */
function expectSame(got: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((row, index) => row !== got[index])
  expect({ rows: got.length, [at]: got[at] }).toEqual({ rows: expected.length, [at]: expected[at] })
}

function withoutEach(list: readonly string[], taken: readonly string[]): readonly string[] {
  const left = [...list]
  for (const item of taken) if (left.includes(item)) left.splice(left.indexOf(item), 1)
  return left
}

/** The list from its first row to its last, each page behind the cursor of the one before. */
async function allPages(stage: Stage, { request }: Asked, caller: Caller, total: number): Promise<Json[]> {
  const { intent } = request
  const { limit, offset } = intent.root
  const size = Math.max(2, Math.ceil(total / 3))
  const values = request.values.map((value, slot) =>
    slot === limit ? `${size}` : slot === offset ? '0' : value,
  )
  const rows: Json[] = []
  let cursor: string | null = null
  for (let page = 0; page <= total; page += 1) {
    const part = await stage.read(
      { intent: { ...intent, afterCursor: cursor !== null }, values },
      caller,
      cursor,
    )
    rows.push(...(parseJson(part.body) as readonly Json[]))
    if (part.rows < size) return rows
    cursor = part.mark
  }
  return rows
}
