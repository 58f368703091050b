import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'
import { fragmentOf, mailsTo, mailTo, open } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({
    signUp: false,
    auth: { confirmEmail: true, redirectUrls: ['http://app.test/in'] },
  })
})
afterAll(() => server.stop())

const admin = () => server.client({ key: server.settings.secretKey }).admin

describe('an invitation', () => {
  test('makes an account where nobody may sign up, and lets its owner in, who sets a password', async () => {
    const email = someone()
    const { data, error } = await admin().inviteUserByEmail(email, {
      data: { nickname: email },
      redirectTo: 'http://app.test/in',
    })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({
      email,
      invited_at: expect.any(String),
      user_metadata: { nickname: email },
    })
    server.travel(23 * 3_600_000)
    const location = await open(server, mailTo(server, email).link)
    expect(location.href).toMatch(/^http:\/\/app\.test\/in#/)
    const { access_token = '', refresh_token = '', type } = fragmentOf(location)
    expect(type).toBe('invite')
    const client = server.client()
    await client.setSession({ access_token, refresh_token })
    expect((await client.updateUser({ password })).error).toBeNull()
    expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()
    expect((await admin().inviteUserByEmail(email)).error).toMatchObject({
      code: 'email_exists',
      status: 422,
    })
  })

  test.each(['/invite', '/admin/generate_link'])('%s wants the secret key', async (path) => {
    const response = await server.post(path, { email: someone(), type: 'magiclink' })
    expect([response.status, response.headers.get('x-trips')]).toEqual([403, '0'])
    expect(await membersOf(response)).toMatchObject({ code: 'not_admin' })
  })
})

describe('links that are made and not sent', () => {
  test('each type, in one trip, without a mail', async () => {
    const email = someone()
    const signUp = await admin().generateLink({
      type: 'signup',
      email,
      password,
      options: { data: { nickname: email }, redirectTo: 'http://app.test/in' },
    })
    expect(signUp.error).toBeNull()
    expect(signUp.data.user).toMatchObject({ email, user_metadata: { nickname: email } })
    expect(signUp.data.properties).toMatchObject({
      email_otp: expect.stringMatching(/^\d{6}$/),
      hashed_token: expect.stringMatching(/^[\w-]{43}$/),
      redirect_to: 'http://app.test/in',
      verification_type: 'signup',
    })
    const link = new URL(signUp.data.properties?.action_link ?? 'none:')
    expect(link.searchParams.get('token')).toBe(signUp.data.properties?.hashed_token)
    expect(fragmentOf(await open(server, link))).toMatchObject({ type: 'signup' })
    expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()

    for (const type of ['magiclink', 'recovery'] as const) {
      const { data } = await admin().generateLink({ type, email })
      const { error } = await server.client().verifyOtp({
        email,
        token: data.properties?.email_otp ?? '',
        type: type === 'magiclink' ? 'email' : type,
      })
      expect(error).toBeNull()
    }
    const newEmail = someone()
    const [current, next] = [
      await admin().generateLink({ type: 'email_change_current', email, newEmail }),
      await admin().generateLink({ type: 'email_change_new', email, newEmail }),
    ]
    expect(
      fragmentOf(await open(server, new URL(next.data.properties?.action_link ?? 'none:'))),
    ).toHaveProperty('message')
    const { error } = await server.client().verifyOtp({
      type: 'email_change',
      token_hash: current.data.properties?.hashed_token ?? '',
    })
    expect(error).toBeNull()
    // What is told of the change itself is no link.
    expect(mailsTo(server, email).map(({ subject }) => subject)).toEqual([
      'Your address for sign-in was changed',
    ])
    expect(mailsTo(server, newEmail)).toEqual([])
  })

  test('a magic link for a new address is a sign-up; an invitation is one, too', async () => {
    const email = someone()
    const { data } = await admin().generateLink({ type: 'magiclink', email })
    expect(data.properties?.verification_type).toBe('signup')
    const verified = await server
      .client()
      .verifyOtp({ token_hash: data.properties?.hashed_token ?? '', type: 'signup' })
    expect(verified.data.user).toMatchObject({ email })
    const invited = await admin().generateLink({ type: 'invite', email: someone() })
    expect(invited.data.user?.invited_at).toBeDefined()
  })

  test.each([
    ['recovery of nobody', { type: 'recovery', email: 'nobody@example.com' }, 404, 'user_not_found'],
    ['a sign-up without a password', { type: 'signup', email: 'x@example.com' }, 400, 'validation_failed'],
    ['no such type', { type: 'sms', email: 'x@example.com' }, 400, 'validation_failed'],
    ['no new address', { type: 'email_change_new', email: 'x@example.com' }, 400, 'email_address_invalid'],
  ])('%s', async (_, body, status, code) => {
    const response = await server.request('/admin/generate_link', {
      method: 'POST',
      headers: { apikey: server.settings.secretKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect([response.status, await membersOf(response)]).toMatchObject([status, { code }])
  })
})
