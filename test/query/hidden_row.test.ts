import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { textValue } from '../../src/base/statement.ts'
import { and, backend, exists, or, resource } from '../../src/index.ts'
import { anonymous, type Caller, service } from '../../src/model/caller/caller.ts'
import { ask } from '../sql/ask.ts'
import { type Stage, startStage } from '../sql/stage.ts'

/** A question that would fail over a hidden row answers as if that row were not there. */

const replies = sqliteTable('replies', {
  id: integer().primaryKey(),
  letter_id: integer()
    .notNull()
    .references(() => letters.id),
})

const letters = sqliteTable('letters', {
  id: integer().primaryKey(),
  parent_id: integer(),
  amount: integer().notNull(),
  body: text().notNull(),
  note: text({ mode: 'json' }).$type<unknown>(),
  open: integer({ mode: 'boolean' }).notNull(),
})

let stage: Stage

beforeAll(async () => {
  const reply = resource(replies, {
    read: () => exists(letters, and(eq(letters.id, replies.letter_id), eq(letters.open, true))),
  })
  const letter = resource(letters, {
    search: [letters.body],
    read: ({ caller }) => or(caller.has('clerk'), eq(letters.open, true)),
  })
  stage = await startStage(
    backend({ name: 'Letters', roles: { clerk: [] }, defaultRole: 'clerk', resources: [letter, reply] }),
    { users: [{ id: 'clerk-1', email: 'clerk@example.com', password: null, role: 'clerk' }], rows: [] },
  )
  await stage.query(
    `insert into letters values (1, null, 1, 'a', '{"k":1}', 1), (2, 1, 9223372036854775807, 'b', '{broken', 0), (3, 1, 2, 'c', null, 1)`,
  )
})
afterAll(() => stage.stop())

async function outcome(path: string, caller: Caller): Promise<string> {
  try {
    return (await stage.read(ask(path), caller)).body
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

it.each([
  ['letters?select=id&note->k=eq.1', '[{"id":1}]'],
  ['letters?select=id&note->>k=eq.1', '[{"id":1}]'],
  ['letters?select=id&note->k=is.null&order=id', '[{"id":3}]'],
  ['letters?select=id&note->>k=like.1*', '[{"id":1}]'],
  ['letters?select=id&note=cs.{"k":1}', '[{"id":1}]'],
  ['letters?select=id&note=cd.{"k":1}', '[{"id":1}]'],
  ['letters?select=id&not.or=(note->k.gt.5,note->k.is.null)', '[{"id":1}]'],
  ['letters?select=id&order=note->k.desc.nullslast', '[{"id":1},{"id":3}]'],
  ['letters?select=id,k:note->k&order=id', '[{"id":1,"k":1},{"id":3,"k":null}]'],
  ['letters?select=note->k.max()', '[{"max":1}]'],
  ['letters?select=amount.sum()', '[{"sum":3}]'],
])('%s fails for no hidden row', async (path, body) => {
  expect(await outcome(path, anonymous)).toBe(body)
})

it('the page behind a cursor fails for no hidden row', async () => {
  for (const order of ['note->k,id', 'note->k.desc,id', 'note->>k.nullsfirst,id']) {
    const { intent, values } = ask(`letters?select=id&order=${order}`)
    const { body } = await stage.read(
      { intent: { ...intent, afterCursor: true }, values },
      anonymous,
      '[0,0]',
    )
    expect(body, order).toMatch(/^\[.*\]$/)
  }
})

it.each([
  'letters?select=amount.sum()',
  'letters?select=amount.sum()&body=like.*',
  'letters?select=id&note->k=eq.1',
  'letters?select=body,amount.sum()',
])('without a session there is no work, and so no failure: %s', async (path) => {
  const clerk = await stage.signIn({ id: 'clerk-1', email: 'clerk@example.com', role: 'clerk' })
  expect(await outcome(path, clerk), path).not.toBe('PGRST303')
  await stage.query('update auth_sessions set revoked_at = 1 where user_id = ?', textValue('clerk-1'))
  expect(await outcome(path, clerk), path).toBe('PGRST303')
})

it('a search is made first, whether or not there is a row', async () => {
  for (const path of [
    'letters?id=eq.2&body=fts.a|b',

    'letters?body=wfts.a&body=fts.b',
  ]) {
    const { sent } = await stage.read(ask(path), anonymous)
    expect(sent.sql, path).toContain(
      'from (select rowid from "letters_search" where "letters_search" match ?) as "_f0" cross join "letters" as "_t0"',
    )
    const plan = await stage.query(`explain query plan ${sent.sql}`, ...sent.args)
    const steps = plan.rows.map((row) => (row[3]?.type === 'text' ? row[3].value : ''))
    const [search, rows] = [/letters_search/, /SEARCH _t0/].map((step) =>
      steps.findIndex((text) => step.test(text)),
    )
    expect([search, rows].every((at) => at !== -1) && Number(search) < Number(rows), steps.join('\n')).toBe(
      true,
    )
  }
})

it('behind a cursor, a look at another table meets only rows behind the gate', async () => {
  const { intent, values } = ask('replies?select=id,letters(id)&order=letters(amount),id')
  const { sent } = await stage.read({ intent: { ...intent, afterCursor: true }, values }, anonymous, '[0,0]')
  expect(sent.sql).toMatch(/and case when \(\(?exists .+ then \(/)
})

it.each([
  ['id=eq.1', false],
  ['id=in.(1,2)', false],
  ['body=gte.a&amount=lt.3', false],
  ['note=is.null', false],
  ['body=match.a', true],
  ['body=not.imatch.a', true],
  ['body=not.fts.a', true],
  ['or=(body.fts.a,body.fts.b)', true],
  ['body=like.a*', true],
  ['body=ilike.a*', true],
  ['body=eq(any).{a,b}', true],
  ['or=(id.eq.1,body.match.a)', true],
  ['note=cs.{}', true],
  ['note->k=is.null', true],
])('%s meets only rows behind the gate: %s', async (filter, careful) => {
  const { sent } = await stage.read(ask(`letters?select=id&${filter}`), anonymous)
  expect(sent.sql.includes(`case when ("_t0"."open" = ?) then`)).toBe(careful)
})

it('a sum that leaves 64 bits fails over what is visible', async () => {
  expect(await outcome('letters?select=amount.sum()', service)).toBe('22003')
})

it.each(['match.(', 'imatch.[', 'not.match.*', 'match(any).{a,(}'])(
  'a regular expression that is none fails whether or not there is a row: %s',
  async (filter) => {
    const value = encodeURIComponent(filter)
    for (const more of ['', '&id=eq.1', '&id=eq.2', '&id=eq.77'])
      expect(await outcome(`letters?select=id&body=${value}${more}`, anonymous), more).toBe('2201B')
  },
)
