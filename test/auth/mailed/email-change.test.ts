import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'
import { fragmentOf, mailsTo, mailTo, open } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { confirmEmail: true, anonymous: true } })
})
afterAll(() => server.stop())

/** Who came by a link. */
async function signedIn(email = someone()) {
  const client = server.client()
  await client.signInWithOtp({ email })
  const { data, error } = await client.verifyOtp({
    token_hash: mailTo(server, email).token,
    type: 'magiclink',
  })
  if (error !== null) throw error
  return { client, email, id: data.user?.id ?? '' }
}

async function emailOf(id: string) {
  const { rows } = await server.query(
    'select email, new_email, kind from auth_users where id = ?',
    textValue(id),
  )
  return rows[0]?.map(textOf)
}

describe('another address', () => {
  test('is confirmed at both, in any order, and told to the old one', async () => {
    for (const newFirst of [true, false]) {
      const { client, email, id } = await signedIn()
      const newEmail = someone()
      const { data, error } = await client.updateUser({ email: newEmail })
      expect(error).toBeNull()
      expect(data.user).toMatchObject({ email, new_email: newEmail })
      const order = newFirst ? [newEmail, email] : [email, newEmail]
      const [first, second] = order.map((to) => mailTo(server, to).link)
      expect(fragmentOf(await open(server, first ?? new URL('none:')))).toMatchObject({
        message: expect.stringContaining('Confirmation link accepted'),
      })
      // The same one twice is not both.
      expect(fragmentOf(await open(server, first ?? new URL('none:')))).toMatchObject({
        error_code: 'otp_expired',
      })
      expect(await emailOf(id)).toEqual([email, newEmail, 'person'])
      expect(fragmentOf(await open(server, second ?? new URL('none:')))).toMatchObject({
        type: 'email_change',
      })
      expect(await emailOf(id)).toEqual([newEmail, null, 'person'])
      expect(mailTo(server, email).subject).toBe('Your address for sign-in was changed')
      // The token says the old address.
      expect((await client.getUser()).error?.code).toBe('bad_jwt')
      expect((await client.refreshSession()).data.user).toMatchObject({ email: newEmail })
    }
  })

  test('by codes, with auth-js', async () => {
    const { client, email, id } = await signedIn()
    const newEmail = someone()
    await client.updateUser({ email: newEmail })
    const half = await client.verifyOtp({ email, token: mailTo(server, email).code, type: 'email_change' })
    expect(half.error).toBeNull()
    expect(half.data.session).toBeNull()
    const code = mailTo(server, newEmail).code
    const whole = await client.verifyOtp({ email: newEmail, token: code, type: 'email_change' })
    expect(whole.data.user).toMatchObject({ id, email: newEmail })
  })

  test('what was confirmed of one change is none of another one', async () => {
    const { client, email, id } = await signedIn()
    await client.updateUser({ email: someone() })
    await open(server, mailTo(server, email).link)
    const mine = someone()
    await client.updateUser({ email: mine })
    await open(server, mailTo(server, mine).link)
    expect(await emailOf(id)).toEqual([email, mine, 'person'])
    await server.client().resend({ type: 'email_change', email })
    expect(mailsTo(server, mine)).toHaveLength(2)
    await open(server, mailTo(server, mine).link)
    expect(await emailOf(id)).toEqual([email, mine, 'person'])
    await open(server, mailTo(server, email).link)
    expect(await emailOf(id)).toEqual([mine, null, 'person'])
  })

  test('links that went to the old address open nothing any more', async () => {
    const { client, email } = await signedIn()
    const newEmail = someone()
    await client.updateUser({ email: newEmail })
    const change = mailTo(server, email).link
    await server.client().resetPasswordForEmail(email)
    const recovery = mailTo(server, email)
    await open(server, change)
    await open(server, mailTo(server, newEmail).link)
    const { error } = await server.client().verifyOtp({ token_hash: recovery.token, type: 'recovery' })
    expect(error).toMatchObject({ code: 'otp_expired' })
  })

  test('one that somebody has is answered as any other; its owner is told; it is never taken over', async () => {
    const taken = await signedIn()
    const { client, email, id } = await signedIn()
    const { error } = await client.updateUser({ email: taken.email })
    expect(error).toBeNull()
    expect(mailTo(server, taken.email)).toMatchObject({
      subject: 'You have an account at sign-in already',
      code: '',
    })
    await open(server, mailTo(server, email).link)
    expect(await emailOf(id)).toEqual([email, taken.email, 'person'])
  })

  test('a resend for who changes nothing, and for nobody: the same answer, trips, and no mail', async () => {
    const { email } = await signedIn()
    const before = server.sent.length
    for (const to of [email, someone()]) {
      const response = await server.post('/resend', { type: 'email_change', email: to })
      expect([response.status, response.headers.get('x-trips'), await response.text()]).toEqual([
        200,
        '2',
        '{}',
      ])
    }
    expect(server.sent).toHaveLength(before)
  })
})

describe('somebody anonymous', () => {
  test('has a session and a profile, and becomes a person with the same id', async () => {
    const client = server.client()
    const { data, error } = await client.signInAnonymously({ options: { data: { nickname: 'nobody' } } })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ is_anonymous: true, email: '', user_metadata: { nickname: 'nobody' } })
    const { data: claims } = await client.getClaims()
    expect(claims?.claims).toMatchObject({ is_anonymous: true, amr: [{ method: 'anonymous' }] })
    expect((await client.updateUser({ password })).error).toMatchObject({
      status: 422,
      code: 'validation_failed',
    })
    const email = someone()
    const asked = await client.updateUser({ email })
    expect(asked.data.user).toMatchObject({ is_anonymous: true, new_email: email })
    const { data: verified } = await client.verifyOtp({
      email,
      token: mailTo(server, email).code,
      type: 'email_change',
    })
    expect(verified.user).toMatchObject({ id: data.user?.id, email, is_anonymous: false })
    expect((await client.updateUser({ password })).error).toBeNull()
    expect((await server.client().signInWithPassword({ email, password })).data.user?.id).toBe(data.user?.id)
  })

  test('where addresses need no confirmation: at once, unless somebody has it', async () => {
    const open = await startAuthServer({ auth: { anonymous: true } })
    const client = open.client()
    const { data } = await client.signInAnonymously()
    const response = await open.post('/signup', {})
    expect([response.status, response.headers.get('x-trips')]).toEqual([200, '1'])
    const email = someone()
    expect((await client.updateUser({ email })).data.user).toMatchObject({ email, is_anonymous: false })
    const other = open.client()
    await other.signInAnonymously()
    expect((await other.updateUser({ email, data: { a: 1 } })).error).toMatchObject({ code: 'email_exists' })
    expect((await other.getUser()).data.user).toMatchObject({ user_metadata: {}, is_anonymous: true })
    const settings: unknown = await (await open.send('/settings')).json()
    expect(settings).toMatchObject({ external: { anonymous_users: true }, mailer_autoconfirm: true })
    const id = textValue(data.user?.id ?? '')
    expect((await open.query('select 1 from auth_users where id = ?', id)).rows).toHaveLength(1)
    await open.stop()
  })

  test('is refused where the backend does not say so', async () => {
    const closed = await startAuthServer()
    expect((await closed.client().signInAnonymously()).error).toMatchObject({
      code: 'anonymous_provider_disabled',
      status: 422,
    })
    await closed.stop()
  })
})
