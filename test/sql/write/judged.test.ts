import { eq, sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { backend, id, type PolicyCaller, resource } from '../../../src/index.ts'
import type { UserCaller } from '../../../src/model/caller/caller.ts'
import { linkModel } from '../../../src/model/model.ts'
import { type Stage, startStage } from '../stage.ts'
import { type Ask, askWrite } from './exchange.ts'

/** Each row that a write makes or changes is judged, by whatever key it comes. */

const jobs = sqliteTable('jobs', {
  id: integer().primaryKey(),
  owner: text().notNull(),
  name: text().unique(),
})
const accounts = sqliteTable(
  'accounts',
  {
    id: id(),
    owner: text().notNull(),
    email: text().notNull(),
    lower: text().generatedAlwaysAs(sql`lower("email")`, { mode: 'stored' }),
  },
  (table) => [uniqueIndex('accounts_lower').on(table.lower)],
)

const own = (table: typeof jobs | typeof accounts) => {
  const isOwn = ({ caller }: { caller: PolicyCaller }) => caller.signedIn && eq(table.owner, caller.id)
  return resource(table, { read: isOwn, create: isOwn, update: isOwn, delete: isOwn })
}
const declaration = backend({
  name: 'judged',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [own(jobs), own(accounts)],
})

const mine = '01941f29-7c00-7001-8000-00000000000a'
const other = '01941f29-7c00-7001-8000-00000000000b'
const merge = { prefer: 'resolution=merge-duplicates, missing=default' }
const loose = { prefer: 'missing=default' }

let stage: Stage
let caller: UserCaller

beforeAll(async () => {
  const users = [mine, other].map((user) => ({
    id: user,
    email: `${user}@x.example`,
    password: null,
    role: 'member',
  }))
  stage = await startStage(declaration, { users, rows: [] })
  caller = await stage.signIn({ id: mine, email: `${mine}@x.example`, role: 'member' })
})
afterAll(() => stage.stop())

const ask = (request: Ask) => stage.write(askWrite(request), caller)
const count = async (table: string) => (await stage.query(`select count(*) from "${table}"`)).rows[0]?.[0]
const none = { type: 'integer', value: '0' }

describe('keys that only some rows bring', () => {
  test.each([
    ['the one below the marker of an empty table', [{ id: -2, owner: other }, { owner: mine }]],
    ['a lower one, after which the database counts on', [{ id: -500, owner: mine }, { owner: other }]],
    ['a high one', [{ id: 8, owner: other }, { owner: mine }]],
  ])('%s', async (_, body) => {
    await expect(ask({ method: 'POST', path: 'jobs', body, headers: loose })).rejects.toThrow(
      /row-level security/,
    )
    expect(await count('jobs')).toEqual(none)
  })

  it('in a table of negative keys', async () => {
    await stage.fill(jobs, [{ id: -10, owner: mine }])
    for (const row of [{ id: 8, owner: other }, { id: -7, owner: other }, { owner: other }]) {
      const body = [row, { owner: mine }]
      await expect(ask({ method: 'POST', path: 'jobs', body, headers: loose })).rejects.toThrow(/row-level/)
    }
    const body = [{ id: 8, owner: mine }, { owner: mine }, { id: -7, owner: mine }]
    expect((await ask({ method: 'POST', path: 'jobs', body, headers: loose })).affected).toBe(3)
    await stage.query('delete from jobs')
  })

  it('an upsert by another constraint is no clash with a stranger', async () => {
    await stage.fill(jobs, [
      { id: -2, owner: other, name: 'theirs' },
      { id: 0, owner: other, name: 'zero' },
    ])
    const headers = { prefer: 'resolution=merge-duplicates, return=representation' }
    const path = 'jobs?on_conflict=name&select=name'
    const written = await ask({ method: 'POST', path, body: { owner: mine, name: 'ours' }, headers })
    expect(written.body).toBe('[{"name":"ours"}]')
    await expect(
      ask({ method: 'POST', path, body: { owner: mine, name: 'theirs' }, headers }),
    ).rejects.toThrow()
    await stage.query('delete from jobs')
  })

  test.each([2n ** 52n + 1n, -(2n ** 52n) - 1n, 2n ** 63n - 1n])(
    '%s is no key that a body may bring',
    async (key) => {
      const body = JSON.parse(`{"owner":"${mine}"}`)
      const request = askWrite({ method: 'POST', path: 'jobs', body: { ...body, id: String(key) } })
      await expect(stage.write(request, caller)).rejects.toMatchObject({ code: '22003' })
    },
  )
})

it('an upsert on what the database works out could not ask whose row it meets', async () => {
  await stage.fill(accounts, [{ owner: other, email: 'Victim@x' }])
  const body = { owner: mine, email: 'victim@X' }
  const request = { method: 'POST', path: 'accounts?on_conflict=lower', body, headers: merge } as const
  await expect(ask(request)).rejects.toMatchObject({ code: '42P10' })
  expect((await stage.query('select owner from accounts')).rows[0]?.[0]).toMatchObject({ value: other })
})

it('a key that may be NULL equals nothing, not itself either: it is refused at start-up', () => {
  const links = sqliteTable('links', { a: text(), b: text().notNull() }, (table) => [
    primaryKey({ columns: [table.a, table.b] }),
  ])
  const loosely = backend({
    name: 'x',
    roles: { member: [] },
    defaultRole: 'member',
    resources: [resource(links, {})],
  })
  expect(() => linkModel(loosely)).toThrow(
    "links: 'a' is part of the primary key and may be NULL: add .notNull()",
  )
})

describe('how much one write does while all others wait', () => {
  it('touches ten thousand rows, and not one more', async () => {
    await stage.query(
      `insert into jobs(owner) with recursive n(i) as (select 1 union all select i + 1 from n where i < 10001) select '${mine}' from n`,
    )
    const change = { method: 'PATCH', path: 'jobs?name=is.null', body: { owner: mine } } as const
    await expect(ask(change)).rejects.toMatchObject({ code: 'LIMIT_ROWS' })
    await expect(ask({ method: 'DELETE', path: 'jobs?name=is.null' })).rejects.toMatchObject({
      code: 'LIMIT_ROWS',
    })
    await stage.query('delete from jobs where id = (select max(id) from jobs)')
    expect((await ask(change)).affected).toBe(10_000)
    expect((await ask({ method: 'DELETE', path: 'jobs?name=is.null' })).affected).toBe(10_000)
  })
})
