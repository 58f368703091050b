import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { backend, everyone, resource, timestamps } from '../../src/index.ts'
import { anonymous, service } from '../../src/model/caller/caller.ts'
import { ask } from './ask.ts'
import { type Stage, startStage } from './stage.ts'

const seconds = sqliteTable('seconds', {
  id: integer().primaryKey(),
  ends_at: integer({ mode: 'timestamp' }),
})
const millis = sqliteTable('millis', {
  id: integer().primaryKey(),
  ends_at: integer({ mode: 'timestamp_ms' }).notNull(),
})

const marks = sqliteTable('marks', {
  id: integer().primaryKey(),
  ...timestamps(),
  gone_at: integer({ mode: 'timestamp' }),
})

const end = Date.UTC(2030, 0, 1)
let now = end
let stage: Stage

beforeAll(async () => {
  const resources = [seconds, millis].map((table) =>
    resource(table, { read: everyone, expires: table.ends_at }),
  )
  const deleted = resource(marks, {
    read: everyone,
    delete: everyone,
    unfiltered: true,
    softDelete: marks.gone_at,
  })
  const declaration = backend({
    name: 'Ends',
    roles: { user: [] },
    defaultRole: 'user',
    resources: [...resources, deleted],
  })
  const rows = [seconds, millis].map((table) => ({ table, values: [{ id: 1, ends_at: new Date(end) }] }))
  stage = await startStage(declaration, { users: [], rows }, { nowMilliseconds: () => now })
})
afterAll(() => stage.stop())

for (const table of ['seconds', 'millis']) {
  it.each([
    [-1000, '[{"id":1}]'],
    [-1, '[{"id":1}]'],
    [0, '[]'],
    [1, '[]'],
    [1000, '[]'],
  ])(`${table}: %i ms after its end a row is there or not, by one plan`, async (after, body) => {
    for (const caller of [anonymous, service]) {
      now = end + after
      expect((await stage.read(ask(`${table}?select=id`), caller)).body).toBe(body)
    }
    expect(stage.plans.made).toBeLessThanOrEqual(4)
  })
}

it('the time is a parameter, and the column stands alone so that an index can serve', async () => {
  now = end - 1
  const { sent } = await stage.read(ask('seconds?select=id'), service)
  expect(sent.sql).toContain('("_t0"."ends_at" is null or "_t0"."ends_at" > ? / 1000)')
  expect(sent.args).toContainEqual({ type: 'integer', value: String(now) })
  const whole = await stage.read(ask('millis?select=id'), service)
  expect(whole.sent.sql).toContain('where ("_t0"."ends_at" > ?)')
})

it('a soft delete sets the column in its unit, and the version grows', () => {
  const { root } = ask('marks?id=gt.1').intent
  const plan = stage.plans.write(
    {
      kind: 'delete',
      resource: 'marks',
      root,
      key: null,
      columns: [],
      derived: [],
      isSingle: false,
      sparse: [],
      isList: false,
      conflict: null,
      reply: null,
      cap: null,
      match: null,
    },
    service,
  )
  // Nobody looks at the rows again, so they are chosen where they are written.
  expect(plan.steps).toHaveLength(2)
  const written = plan.steps[plan.writes]
  expect(written?.text).toMatch(
    /^update "marks" set "gone_at" = \(\? \/ 1000\), "updated_at" = max\(\(\?\), "updated_at" \+ 1\) where rowid in \(select "_t0"\.rowid from "marks" as "_t0" where /,
  )
  expect(written?.text).toContain('("_t0"."gone_at" is null)')
  expect(written?.bindings.slice(0, 2)).toEqual([
    { from: 'caller', name: 'nowMilliseconds' },
    { from: 'caller', name: 'nowMilliseconds' },
  ])
})
