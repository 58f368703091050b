import { afterAll, beforeAll, expect, test } from 'vitest'
import { admission } from '../../src/auth/admission.ts'
import { integerValue, nullValue, textOf, textValue } from '../../src/base/statement.ts'
import { render, toStatement } from '../../src/model/expression.ts'
import { startAuthServer, type TestAuthServer } from './server.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

const now = 1_800_000_000_000
const values = {
  id: textValue('user'),
  sessionId: textValue('session'),
  role: textValue('customer'),
  aal: integerValue(1),
  authority: integerValue(0),
  nowMilliseconds: integerValue(now),
}

const standing = [
  'delete from auth_users',
  `insert into auth_users (id, email, role, created_at, updated_at) values
    ('user', 'a@example.com', 'customer', 0, 0), ('other', 'b@example.com', 'customer', 0, 0)`,
  `insert into auth_sessions (id, user_id, created_at, refreshed_at, expires_at) values ('session', 'user', 0, 0, ${now + 1})`,
]

async function admitted(changes: readonly string[], asker: Partial<typeof values> = {}): Promise<boolean> {
  for (const statement of [...standing, ...changes]) await server.query(statement)
  const { sql, args } = toStatement(admission(), { ...values, ...asker })
  const { rows } = await server.query(`select ${sql}`, ...args)
  return textOf(rows[0]?.[0]) === '1'
}

test('a standing session is admitted', async () => {
  expect(await admitted([])).toBe(true)
  expect(await admitted([`update auth_users set banned_until = ${now}`])).toBe(true)
})

test.each([
  ['revoked', `update auth_sessions set revoked_at = ${now - 1}`],
  ['revoked, whatever the clock says', `update auth_sessions set revoked_at = ${now + 60_000}`],
  ['run out', `update auth_sessions set expires_at = ${now}`],
  ["another user's", `update auth_sessions set user_id = 'other'`],
  ['gone', 'delete from auth_sessions'],
  ['of a user who is gone', `delete from auth_users where id = 'user'`],
  ['of a banned user', `update auth_users set banned_until = ${now + 1} where id = 'user'`],
  ['of a user whose rights changed', `update auth_users set authority = 1 where id = 'user'`],
  [
    'of a user who has a second factor, and has not shown it',
    `update auth_users set least_aal = 2 where id = 'user'`,
  ],
  ['of a user who lost the role', `update auth_users set role = 'nobody' where id = 'user'`],
])('a session that is %s is not', async (_, change) => {
  expect(await admitted([change])).toBe(false)
})

test('a second factor counts as far as the session has it, and the token says it', async () => {
  const [factor, raised] = [
    `update auth_users set least_aal = 2 where id = 'user'`,
    'update auth_sessions set aal = 2',
  ]
  expect(await admitted([factor, raised], { aal: integerValue(2) })).toBe(true)
  expect(await admitted([factor, raised])).toBe(false)
  expect(await admitted([factor], { aal: integerValue(2) })).toBe(false)
  expect(await admitted([raised])).toBe(true)
})

test('nobody is not admitted', async () => {
  expect(await admitted([], { sessionId: textValue('') })).toBe(false)
  const { sql, args } = toStatement(admission())
  expect(args.every((value) => value === nullValue)).toBe(true)
  expect((await server.query(`select ${sql}`, ...args)).rows).toEqual([[integerValue(0)]])
})

test('it is two look-ups by primary key, once a statement', async () => {
  const { text, parameters } = render(admission())
  const args = parameters.map(() => nullValue)
  const plan = await server.query(
    `explain query plan select t0.id from auth_refresh_tokens t1 join auth_sessions t0 on t0.id = t1.session_id where ${text}`,
    ...args,
  )
  const steps = plan.rows.map((row) => textOf(row[3]))
  const subquery = steps.indexOf('SCALAR SUBQUERY 1')
  expect(subquery).not.toBe(-1)
  expect(steps.slice(subquery + 1, subquery + 3)).toEqual([
    'SEARCH auth_sessions USING INDEX sqlite_autoindex_auth_sessions_1 (id=?)',
    'SEARCH auth_users USING INDEX sqlite_autoindex_auth_users_1 (id=?)',
  ])
})
