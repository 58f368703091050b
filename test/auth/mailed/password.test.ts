import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp, someone } from '../someone.ts'
import { mailsTo, mailTo, open } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer()
})
afterAll(() => server.stop())

/** What auth-js makes of session_not_found. */
const signedOut = { name: 'AuthSessionMissingError' }
const day = 24 * 3_600_000

async function standingSessions(email: string): Promise<number> {
  const { rows } = await server.query(
    `select count(*) from auth_sessions join auth_users on auth_users.id = auth_sessions.user_id
      where email = ? and revoked_at is null`,
    textValue(email),
  )
  return Number(textOf(rows[0]?.[0]))
}

/** Somebody who has shown before that the address is theirs: the next mail takes nothing of what they have. */
async function proved() {
  const known = await signedUp(server)
  await server.query(
    'update auth_users set email_confirmed_at = email_confirmed_at + 1 where email = ?',
    textValue(known.email),
  )
  return known
}

describe('another password', () => {
  test('ends every other session and every link; the owner is told', async () => {
    const { client, email } = await proved()
    const other = server.client()
    await other.signInWithPassword({ email, password })
    await server.client().signInWithOtp({ email })
    const link = mailTo(server, email)
    const redirected = server.client({ flowType: 'pkce' })
    await redirected.resetPasswordForEmail(email)
    const code = (await open(server, mailTo(server, email).link)).searchParams.get('code') ?? ''
    const { error } = await client.updateUser({ password: 'another horse' })
    expect(error).toBeNull()
    expect((await redirected.exchangeCodeForSession(code)).error).toMatchObject({
      code: 'flow_state_not_found',
    })
    expect((await other.getUser()).error).toMatchObject(signedOut)
    expect((await other.refreshSession()).error).not.toBeNull()
    expect((await client.getUser()).error).toBeNull()
    expect(
      (await server.client().verifyOtp({ token_hash: link.token, type: 'magiclink' })).error,
    ).toMatchObject({
      code: 'otp_expired',
    })
    expect((await server.client().signInWithPassword({ email, password })).error).toMatchObject({
      code: 'invalid_credentials',
    })
    expect((await server.client().signInWithPassword({ email, password: 'another horse' })).error).toBeNull()
    expect(mailsTo(server, email).map(({ subject }) => subject)).toContain(
      'Your password for sign-in was changed',
    )
    const events = await server.query("select 1 from selvage_audit where after like '%password_changed%'")
    expect(events.rows).toHaveLength(1)
  })

  test('the same one, a weak one, and one after the session has ended', async () => {
    const { client, email } = await signedUp(server)
    expect((await client.updateUser({ password })).error).toMatchObject({
      code: 'same_password',
      status: 422,
    })
    expect((await client.updateUser({ password: 'short' })).error).toMatchObject({ code: 'weak_password' })
    await server.query(
      'update auth_sessions set revoked_at = 1 where user_id = (select id from auth_users where email = ?)',
      textValue(email),
    )
    expect((await client.updateUser({ password: 'another horse' })).error).toMatchObject(signedOut)
  })

  test('recovery: the session of the link stays, and all others end', async () => {
    const { client, email } = await signedUp(server)
    const reset = server.client()
    await reset.resetPasswordForEmail(email)
    const { error } = await reset.verifyOtp({ email, token: mailTo(server, email).code, type: 'recovery' })
    expect(error).toBeNull()
    expect((await reset.updateUser({ password: 'another horse' })).error).toBeNull()
    expect((await reset.getUser()).error).toBeNull()
    expect((await client.getUser()).error).toMatchObject(signedOut)
  })

  test('whatever races a reset does not survive it', async () => {
    const { client, email } = await proved()
    const others = await Promise.all(
      [0, 1, 2].map(async () => {
        const other = server.client()
        await other.signInWithPassword({ email, password })
        return other
      }),
    )
    await server.client().signInWithOtp({ email })
    const link = mailTo(server, email)
    const reset = client.updateUser({ password: 'another horse' })
    // While the new password is being hashed, and when it is written.
    const races: Promise<unknown>[] = []
    const until = reset.then(() => true)
    for (let round = 0; round < 40; round += 1) {
      races.push(...others.map((other) => other.refreshSession()))
      if (round === 10) races.push(server.client().verifyOtp({ token_hash: link.token, type: 'magiclink' }))
      if (round % 8 === 0) races.push(server.client().signInWithPassword({ email, password }))
      const done = await Promise.race([
        until,
        new Promise<false>((resolve) => setTimeout(resolve, 10, false)),
      ])
      if (done) break
    }
    expect((await reset).error).toBeNull()
    await Promise.all(races)
    expect(await standingSessions(email)).toBe(1)
    expect((await client.getUser()).error).toBeNull()
  })

  test('a session of yesterday wants a code from the mail', async () => {
    const { client, email } = await signedUp(server)
    server.travel(day)
    await client.refreshSession()
    expect((await client.updateUser({ password: 'another horse' })).error).toMatchObject({
      code: 'reauthentication_needed',
    })
    expect((await client.reauthenticate()).error).toBeNull()
    const { code } = mailTo(server, email)
    const wrong = code === '000000' ? '000001' : '000000'
    expect((await client.updateUser({ password: 'another horse', nonce: wrong })).error).toMatchObject({
      code: 'reauthentication_not_valid',
      status: 422,
    })
    expect((await client.updateUser({ password: 'another horse', nonce: code })).error).toBeNull()
    expect((await client.updateUser({ password: 'a third horse', nonce: code })).error).toMatchObject({
      code: 'reauthentication_not_valid',
    })
  })

  test('who has a second factor has shown it', async () => {
    const { client, email } = await signedUp(server)
    await server.query('update auth_users set least_aal = 2 where email = ?', textValue(email))
    for (const change of [{ password: 'another horse' }, { email: someone() }])
      expect((await client.updateUser(change)).error).toMatchObject({ code: 'insufficient_aal' })
    expect((await client.updateUser({ data: { a: 1 } })).error).toBeNull()
  })
})

describe('data', () => {
  test('is merged member by member; what decides on rights is not taken', async () => {
    const { client, email } = await signedUp(server)
    await client.updateUser({ data: { a: { b: 1 }, c: 'x\u0000"', d: [1, true, null], 'e.f"': 1 } })
    const { data } = await client.updateUser({ data: { a: { g: 2 }, d: null, __proto__x: 1 } })
    expect(data.user?.user_metadata).toEqual({ a: { g: 2 }, c: 'x\u0000"', 'e.f"': 1, __proto__x: 1 })
    const response = await server.send('/user', {
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${(await client.getSession()).data.session?.access_token}`,
      },
      body: JSON.stringify({ app_metadata: { roles: ['admin'] }, role: 'admin', id: 'x', data: { z: 1 } }),
    })
    expect([response.status, response.headers.get('x-trips')]).toEqual([200, '2'])
    const { rows } = await server.query(
      'select role, app_metadata from auth_users where email = ?',
      textValue(email),
    )
    expect(rows[0]?.map(textOf)).toEqual(['customer', '{}'])
  })
  test('does not grow for ever: no user makes a list of users that nobody can read', async () => {
    const { client } = await signedUp(server)
    const member = 'x'.repeat(30_000)
    for (const name of ['a', 'b'])
      expect((await client.updateUser({ data: { [name]: member } })).error).toBeNull()
    const longer = { data: { c: member } }
    expect((await client.updateUser(longer)).error).toMatchObject({ status: 400, code: 'validation_failed' })
    expect(Object.keys((await client.getUser()).data.user?.user_metadata ?? {})).toEqual(['a', 'b'])
    expect((await client.updateUser({ data: { a: null, c: member } })).error).toBeNull()
  })
})
