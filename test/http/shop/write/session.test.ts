import { describe, expect, test } from 'vitest'
import { textValue } from '../../../../src/base/statement.ts'
import { startTiming } from '../../../../src/base/timing.ts'
import { connect } from '../../../../src/database/client.ts'
import type { TestAnswer, TestRequest } from '../../../harness/request.ts'
import { type Session, signUp, text, withToken } from '../../auth/someone.ts'
import { representation, stored } from '../../written.ts'

/** Whose session is over writes nothing, and learns nothing: that is noticed before any row is looked at. */

/** What an operator does in the database. */
async function sql(statement: string, ...args: readonly string[]): Promise<void> {
  const database = connect({ url: text('DATABASE_URL'), token: null })
  await database.run({ sql: statement, args: args.map(textValue) }, startTiming())
}

const orders = '/rest/v1/orders'

async function someone(): Promise<Session & { readonly order: string }> {
  const session = await signUp()
  const answer = await write(session, {
    url: `${orders}?select=id`,
    body: { note: 'own' },
    headers: representation,
  })
  expect(answer.status, answer.text).toBe(201)
  return { ...session, order: JSON.parse(answer.text)[0].id }
}

function write(
  { access_token: token }: Session,
  { headers, ...request }: Omit<TestRequest, 'as'>,
): Promise<TestAnswer> {
  const authorization = `Bearer ${token}`
  return withToken(token, request.url, { ...request, headers: { ...headers, authorization } })
}

/** Some of them would fail by themselves, in the database. */
const writes = (id: string): readonly Omit<TestRequest, 'as'>[] => [
  { url: orders, body: { note: 'after' } },
  { url: orders, body: [{ note: 'after' }, { note: 'after' }], headers: representation },
  { url: orders, body: { id, note: 'after' } },
  { url: orders, body: { id, note: 'after' }, headers: { prefer: 'resolution=merge-duplicates' } },
  { method: 'PATCH', url: `${orders}?id=eq.${id}`, body: { note: 'after' }, headers: representation },
  { method: 'PATCH', url: `${orders}/${id}`, body: { note: 'after' } },
  { method: 'PATCH', url: `${orders}/${id}`, body: { note: 'after' }, headers: { 'if-match': '"1.x"' } },
  {
    method: 'PATCH',
    url: `${orders}?id=eq.${id}`,
    body: { note: 'after' },
    headers: { prefer: 'handling=strict, max-affected=0' },
  },
  { method: 'PUT', url: `${orders}/${id}`, body: { note: 'after' } },
  { method: 'PUT', url: `${orders}/after`, body: { note: 'after' } },
  { method: 'DELETE', url: `${orders}?id=eq.${id}` },
  { method: 'DELETE', url: `${orders}/${id}`, headers: representation },
]

describe('the next write of a token, on every verb, after', () => {
  const events: readonly (readonly [event: string, happen: (session: Session) => Promise<unknown>])[] = [
    ['signing out', (session) => write(session, { method: 'POST', url: '/auth/v1/logout' })],
    ['a ban', ({ user }) => sql('update auth_users set banned_until = 4102444800000 where id = ?', user.id)],
    ['another role', ({ user }) => sql("update auth_users set role = 'staff' where id = ?", user.id)],
    [
      'the end of the session',
      ({ user }) => sql('update auth_sessions set expires_at = 1 where user_id = ?', user.id),
    ],
    ['the loss of the session', ({ user }) => sql('delete from auth_sessions where user_id = ?', user.id)],
  ]
  test.each(events)('%s: refused, at no trip more, and nothing is written', async (_, happen) => {
    const session = await someone()
    const seen = `orders?select=id,note,updated_at&user_id=eq.${session.user.id}`
    const before = await stored(seen)
    await happen(session)
    const answers: TestAnswer[] = []
    for (const request of writes(session.order)) answers.push(await write(session, request))
    const [first] = answers
    for (const { status, trips, text: body } of answers) {
      expect([401, 403]).toContain(status)
      expect([status, trips, body]).toEqual([first?.status, 1, first?.text])
    }
    expect(await stored(seen)).toEqual(before)
    expect(await stored('orders?id=eq.after')).toEqual([])
  })
})

test('a role that was lost writes no more, and what is left of it does', async () => {
  const session = await someone()
  await sql("update auth_users set role = 'staff' where id = ?", session.user.id)
  const { refresh_token } = session
  const renew = (token: string) =>
    withToken('', '/auth/v1/token?grant_type=refresh_token', {
      method: 'POST',
      headers: {},
      body: { refresh_token: token },
    })
  const promoted: Session = JSON.parse((await renew(refresh_token)).text)
  const pay = (who: Session) =>
    write(who, { method: 'PATCH', url: `${orders}/${session.order}`, body: { status: 'paid' } })
  expect((await pay(promoted)).status).toBe(204)
  await sql("update auth_users set role = 'customer' where id = ?", session.user.id)
  expect([401, 403]).toContain((await pay(promoted)).status)
  const left: Session = JSON.parse((await renew(promoted.refresh_token)).text)
  expect((await pay(left)).text).toContain('428C9')
})

test('a token that is none writes nothing, at no trip', async () => {
  const session = await someone()
  const answer = await write(
    { ...session, access_token: `${session.access_token}x` },
    { url: orders, body: { note: 'forged' } },
  )
  expect([answer.status, answer.trips]).toEqual([401, 0])
})
