/**
 * Random transactions of random writes through the whole pipeline on a real server, against an oracle that works
 * them out in memory: refused with the same code or done, with the same count, the same reply, the same rows
 * afterwards, deleted ones too, and the same audit; for every caller, with every policy. What a caller may not see
 * must refuse as what is not there.
 *
 * Runs are the same every time: `PROPERTY_SEED=n PROPERTY_PATH=…` repeats a failure, as its message says. A long
 * soak with fresh seeds:
 *
 *     PROPERTY_SECONDS=600 npx vitest run --project node test/property/write.test.ts
 */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { anonymous, type Caller, service } from '../../src/model/caller/caller.ts'
import { type Arena, startArena } from './arena.ts'
import { drawOf } from './ask/draw.ts'
import { drawWrite } from './ask/write/write.ts'
import { type Json, jsonText, parseJson } from './oracle/value.ts'
import { type Data, type Row, tableOf, type Who } from './oracle/world.ts'
import type { Drawn, Scene } from './oracle/write/before.ts'
import { type Outcome, type Result, transact } from './oracle/write/transaction.ts'
import { parameters, seconds } from './run.ts'
import { canonical } from './same.ts'
import { libraryWorld } from './worlds/library.ts'
import { librarian, library, librarySeed, reader } from './worlds/library_backend.ts'
import { libraryRules as rules } from './worlds/library_rules.ts'

const start = 1_750_000_000_000
let now = start
const world = libraryWorld(() => now)
const ghost = { id: 'ghost-1', email: 'ghost@example.com', role: 'ghost', password: null }
let arena: Arena
let callers: readonly Caller[]

beforeAll(async () => {
  const seed = { ...librarySeed, users: [...librarySeed.users, ghost] }
  arena = await startArena(library, seed, world, rules, () => now)
  const [asReader, asLibrarian, asGhost] = await Promise.all(
    [reader, librarian, ghost].map((user) => arena.stage.signIn(user)),
  )
  if (asReader === undefined || asLibrarian === undefined || asGhost === undefined)
    throw new RangeError('nobody')
  // Whoever may do most comes first: a failure becomes smaller towards it.
  callers = [
    service,
    asLibrarian,
    asReader,
    asLibrarian,
    asReader,
    asReader,
    asLibrarian,
    asReader,
    service,
    anonymous,
    asGhost,
  ]
}, 60_000)
afterAll(() => arena.stage.stop())

describe('writes to the library', () => {
  it(
    'do what the oracle does',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.gen(), (choose) => play(choose)),
        parameters(60),
      )
    },
    (seconds ?? 60) * 1000 + 60_000,
  )
})

/** A smaller failure is looked for until then: each try takes as long as its transactions. */
let shrinkUntil: number | null = null

async function play(choose: fc.GeneratorValue): Promise<void> {
  if (shrinkUntil !== null && Date.now() > shrinkUntil) return
  const draw = drawOf(choose)
  now = start
  await arena.reset()
  let state = arena.seeded
  // What was refused before does not matter.
  const told: unknown[] = []
  const steps = 5 + draw.upTo(10)
  for (let step = 0; step < steps; step += 1) {
    now += draw.pick([0, 0, 1, 1000])
    const caller = draw.pick(callers)
    const who: Who = caller
    const scene: Scene = { world, rules, who, nowMilliseconds: now }
    const writes = Array.from({ length: draw.pick([1, 1, 1, 2, 3]) }, () => drawWrite(draw, scene, state))
    const expected = transact(scene, writes, state)
    try {
      const isDone = await check(scene, writes, expected, caller, state.data)
      if (!isDone) continue
      state = expected.state
      told.push({ who: who.role, writes: writes.map(shortly) })
    } catch (error) {
      shrinkUntil ??= Date.now() + 30_000
      told.push({ who: who.role, now, writes: writes.map(shortly) })
      const what = error instanceof Error ? error.message : String(error)
      const how = inspect(told, { depth: 14, compact: 14, breakLength: 150 })
      throw new Error(`${what}\n${how}`, { cause: error })
    }
  }
}

/**
 * Of a row that clashes it is asked first of all whether the caller may write it, and may know what it refers to: also
 * where it would be ignored. The oracle asks of rows that are written.
 */
function ofClash(writes: readonly Drawn[]): readonly string[] {
  return writes.some(({ request }) => request.intent.kind !== 'delete') ? ['42501', '23503'] : []
}

function isIgnoring({ request }: Drawn): boolean {
  return request.intent.conflict?.action === 'ignore'
}

let requests = 0

/** @returns whether it was done */
async function check(
  scene: Scene,
  writes: readonly Drawn[],
  expected: Outcome,
  caller: Caller,
  before: Data,
): Promise<boolean> {
  requests += 1
  const requestId = `request-${requests}`
  const outcome = await arena.stage
    .writeAll(
      writes.map(({ request }) => request),
      caller,
      requestId,
    )
    .catch((error: unknown) => {
      if (error instanceof Problem && error.code !== 'INTERNAL') return error
      throw error
    })
  const said = outcome instanceof Problem ? outcome.code : 'done'
  const possible =
    expected.codes.size > 0
      ? [...expected.codes, ...ofClash(writes)]
      : ['done', ...ofClash(writes.filter(isIgnoring))]
  const message = outcome instanceof Problem ? `: ${outcome.message} ${outcome.details}` : ''
  expect(possible, `${said}${message}`).toContain(said)
  const seen = await arena.look(requestId)
  expect(seen.touched, 'rows are left in the scratch table').toBe(0)
  expect(rowsOf(seen.data)).toEqual(rowsOf(outcome instanceof Problem ? before : expected.state.data))
  if (outcome instanceof Problem) {
    expect(seen.audit).toEqual([])
    return false
  }
  expect(outcome.trips).toBe(1)
  expect(outcome.answers.map(({ affected }) => affected)).toEqual(
    expected.results.map(({ affected }) => affected),
  )
  const { who } = scene
  const by = [who.kind === 'user' ? who.id : null, who.role, BigInt(scene.nowMilliseconds)]
  expect(seen.audit.map(jsonOf).sort()).toEqual(
    expected.results.flatMap(({ audit }) => audit.map((kept) => jsonOf({ ...kept, by }))).sort(),
  )
  for (const [index, { answer }] of outcome.answers.entries()) {
    const drawn = writes[index]
    const result = expected.results[index]
    if (drawn === undefined || result === undefined) throw new RangeError('an answer too many')
    expectReply(scene, drawn, result, answer === null ? null : new TextDecoder().decode(answer.body))
  }
  return true
}

/** Rows that were made come in the order of the body; of others nothing is said but by `order`. */
function expectReply(scene: Scene, { request }: Drawn, { reply }: Result, body: string | null): void {
  const { root, resource, kind } = request.intent
  const form = (rows: readonly Json[]) =>
    canonical(rows, root, resource, scene.who, scene.world, kind === 'insert')
  expect(body === null ? null : form(parseJson(body) as readonly Json[])).toEqual(
    reply === null ? null : form(reply),
  )
}

function jsonOf(kept: object): string {
  return jsonText(kept as Json)
}

/** All rows of audited tables, in an order of their own. */
function rowsOf(data: Data): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.keys(world.tables).map((name) => {
      const { sqlName } = tableOf(world, name)
      return [
        name,
        (data.get(sqlName) ?? []).map((row: Row) => inspect(sorted(row), { breakLength: Infinity })).sort(),
      ]
    }),
  )
}

function sorted(row: Row): Row {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function shortly({ request, rows, path }: Drawn): unknown {
  const { intent, values } = request
  const given = rows.map((row) =>
    Object.fromEntries(
      intent.columns.flatMap((name, at) => (row[at] === undefined ? [] : [[name, row[at].cell]])),
    ),
  )
  const { columns, derived, sparse, ...said } = intent
  const told = { ...said, given, path, values }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null && value !== false))
}
