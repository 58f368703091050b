import { describe, expect, test } from 'vitest'
import { textValue } from '../../../src/base/statement.ts'
import { startTiming } from '../../../src/base/timing.ts'
import { connect } from '../../../src/database/client.ts'
import { send } from '../../harness/request.ts'
import { type Session, signUp, text, withToken } from './someone.ts'

/** What an operator does in the database. @returns how many rows it changed, or the one value that it read */
async function sql(statement: string, ...args: readonly string[]): Promise<number> {
  const database = connect({ url: text('DATABASE_URL'), token: null })
  const { affectedRows, rows } = await database.run(
    { sql: statement, args: args.map(textValue) },
    startTiming(),
  )
  const value = rows[0]?.[0]
  return value?.type === 'integer' ? Number(value.value) : affectedRows
}

/** Right after a sign-up nothing but the profile refers to the person. */
async function erase({ user }: Session): Promise<void> {
  expect(await sql('delete from users where id = ?', user.id)).toBe(1)
  expect(await sql('delete from auth_users where id = ?', user.id)).toBe(1)
}

const refresh = ({ refresh_token }: Session) =>
  send({ as: 'anon', url: '/auth/v1/token?grant_type=refresh_token', body: { refresh_token } })

const reads = [
  '/rest/v1/users?select=id',
  '/rest/v1/tags?limit=1',
  '/rest/v1/products?select=count()',
  '/rest/v1/orders?select=id,order_items(products(name))',
  '/rest/v1/tags/01941f29-7c00-7007-8000-000000000000',
  '/rest/v1/tags/none',
  '/rest/v1/tags?select=name&limit=1&order=id',
  '/auth/v1/user',
]

describe('the next request of a token, on every read, after', () => {
  const events: readonly (readonly [event: string, happen: (session: Session) => Promise<unknown>])[] = [
    [
      'signing out',
      ({ access_token: token }) => withToken(token, '/auth/v1/logout?scope=local', { method: 'POST' }),
    ],
    [
      'signing out everywhere',
      ({ access_token: token }) => withToken(token, '/auth/v1/logout', { method: 'POST' }),
    ],
    ['a ban', ({ user }) => sql('update auth_users set banned_until = 4102444800000 where id = ?', user.id)],
    ['another role', ({ user }) => sql("update auth_users set role = 'staff' where id = ?", user.id)],
    [
      'the end of the session',
      ({ user }) => sql('update auth_sessions set expires_at = 1 where user_id = ?', user.id),
    ],
    ['the loss of the session', ({ user }) => sql('delete from auth_sessions where user_id = ?', user.id)],
    ['the loss of the account', erase],
  ]
  for (const [event, happen] of events) {
    test(`${event}: refused, at no trip more`, async () => {
      const session = await signUp()
      expect((await withToken(session.access_token)).text).toBe(JSON.stringify([{ id: session.user.id }]))
      await happen(session)
      await expectRefused(session)
    })
  }

  test('a lost role: refused, at no trip more; a new token has the role that is left', async () => {
    const first = await signUp()
    const { id } = first.user
    await sql("update auth_users set role = 'staff' where id = ?", id)
    const promoted: Session = JSON.parse((await refresh(first)).text)
    const ofOthers = '/rest/v1/users?select=id&id=neq.'
    const seen = await withToken(promoted.access_token, `${ofOthers}${id}`)
    expect([seen.status, seen.text === '[]', seen.trips]).toEqual([200, false, 1])
    await sql("update auth_users set role = 'customer' where id = ?", id)
    await expectRefused(promoted)
    const left: Session = JSON.parse((await refresh(promoted)).text)
    expect((await withToken(left.access_token, `${ofOthers}${id}`)).text).toBe('[]')
  })

  test('the loss of the account: no session and no refresh token is left', async () => {
    const session = await signUp()
    await erase(session)
    expect(await sql('select count(*) from auth_sessions where user_id = ?', session.user.id)).toBe(0)
    const orphans = 'session_id not in (select id from auth_sessions)'
    expect(await sql(`select count(*) from auth_refresh_tokens where ${orphans}`)).toBe(0)
    const answer = await refresh(session)
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'refresh_token_not_found'])
  })

  test('a ban that is over: served again', async () => {
    const { access_token, user } = await signUp()
    await sql('update auth_users set banned_until = 1 where id = ?', user.id)
    expect((await withToken(access_token)).status).toBe(200)
  })

  test('a sign-out of others leaves this one', async () => {
    const { access_token } = await signUp()
    expect((await withToken(access_token, '/auth/v1/logout?scope=others', { method: 'POST' })).status).toBe(
      204,
    )
    expect((await withToken(access_token)).status).toBe(200)
  })

  test('a cached answer is not confirmed to a token that is over', async () => {
    const { access_token } = await signUp()
    const etag = (await withToken(access_token)).headers.get('etag') ?? ''
    const again = () =>
      withToken(access_token, '/rest/v1/users?select=id', {
        headers: { authorization: `Bearer ${access_token}`, 'if-none-match': etag },
      })
    expect((await again()).status).toBe(304)
    await withToken(access_token, '/auth/v1/logout', { method: 'POST' })
    expect((await again()).status).toBe(401)
  })
})

test('what was answered under an Idempotency-Key is not answered to a token that is over', async () => {
  const { access_token } = await signUp()
  const again = () =>
    withToken(access_token, '/rest/v1/orders?select=id&id=eq.none', {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${access_token}`,
        prefer: 'return=representation',
        'idempotency-key': `revoked-${access_token.slice(-20)}`,
      },
    })
  const first = await again()
  expect([first.status, (await again()).text]).toEqual([200, first.text])
  await withToken(access_token, '/auth/v1/logout', { method: 'POST' })
  const last = await again()
  expect([last.status, last.trips, JSON.parse(last.text).code]).toEqual([401, 1, 'PGRST303'])
})

async function expectRefused({ access_token, user }: Session): Promise<void> {
  for (const url of reads) {
    const answer = await withToken(access_token, url)
    expect([url, [401, 403].includes(answer.status), answer.trips]).toEqual([url, true, 1])
    expect(answer.text).not.toContain(user.id)
  }
}
