import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { fragmentOf, mailTo, open } from '../mailed/mail.ts'
import { membersOf, startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { confirmEmail: true } })
})
afterAll(() => server.stop())

let count = 0
/** A unique value of the profile that nobody has. */
function nickname(): string {
  count += 1
  return `nick-${count}`
}

const signUp = (email: string, name?: string) =>
  server.post('/signup', { email, password, ...(name !== undefined && { data: { nickname: name } }) })
const verify = (email: string) =>
  server.post('/verify', { type: 'email', token_hash: mailTo(server, email).token })

/** Nicknames of the profiles of an address. */
async function profilesOf(email: string): Promise<readonly (string | null)[]> {
  const { rows } = await server.query(
    'select nickname from profiles join auth_users on auth_users.id = user_id where email = ?',
    textValue(email),
  )
  return rows.map(([value]) => textOf(value))
}

/** Somebody who waits, whose nickname somebody else has by now. */
async function outrun(): Promise<{ readonly email: string; readonly name: string }> {
  const [email, name, faster] = [someone(), nickname(), someone()]
  await signUp(email, name)
  await signUp(faster, name)
  expect((await verify(faster)).status).toBe(200)
  return { email, name }
}

describe('the profile of an address that is to be confirmed', () => {
  test('is made when it is, in the second of two trips; after that there is one', async () => {
    const [email, name] = [someone(), nickname()]
    await signUp(email, name)
    expect(await profilesOf(email)).toEqual([])
    const first = await verify(email)
    expect([first.status, first.headers.get('x-trips')]).toEqual([200, '2'])
    expect(await profilesOf(email)).toEqual([name])
    await server.post('/otp', { email })
    const second = await verify(email)
    expect([second.status, second.headers.get('x-trips')]).toEqual([200, '1'])
    expect(await profilesOf(email)).toEqual([name])
  })

  test('takes no value from others before, and does not tell whether the address is known', async () => {
    const [name, known] = [nickname(), someone()]
    await signUp(known)
    await verify(known)
    for (const email of [known, someone(), someone()])
      expect([(await signUp(email, name)).status, (await signUp(email, name)).status]).toEqual([200, 200])
    const { rows } = await server.query('select 1 from profiles where nickname = ?', textValue(name))
    expect(rows).toEqual([])
  })

  test('is of what came with the very token that is used', async () => {
    const [email, theirs, own] = [someone(), nickname(), nickname()]
    await signUp(email, theirs)
    await signUp(email, own)
    await verify(email)
    expect(await profilesOf(email)).toEqual([own])
  })

  test.each([
    ['a magic link', (email: string) => server.post('/otp', { email })],
    ['a reset', (email: string) => server.post('/recover', { email })],
    ['an invitation', (email: string) => server.asService('POST', '/invite', { email })],
  ])('%s without data: it is of what the account was made with', async (_, ask) => {
    const [email, name] = [someone(), nickname()]
    await signUp(email, name)
    expect((await ask(email)).status).toBe(200)
    expect((await verify(email)).headers.get('x-trips')).toBe('2')
    expect(await profilesOf(email)).toEqual([name])
  })

  test('is made by the link of a mail, too, before there is a code', async () => {
    const [email, name] = [someone(), nickname()]
    const client = server.client({ flowType: 'pkce' })
    await client.signUp({ email, password, options: { data: { nickname: name } } })
    const location = await open(server, mailTo(server, email).link)
    expect(await profilesOf(email)).toEqual([name])
    const { error } = await client.exchangeCodeForSession(location.searchParams.get('code') ?? '')
    expect(error).toBeNull()
  })

  test('is made when an operator confirms the address, of what it says of the user by then', async () => {
    const [email, name] = [someone(), nickname()]
    const { data } = await server.admin().generateLink({ type: 'invite', email })
    const path = `/admin/users/${data.user?.id}`
    const put = await server.asService('PUT', path, { password, user_metadata: { nickname: name } })
    expect([put.headers.get('x-trips'), await profilesOf(email)]).toEqual(['1', []])
    expect((await server.asService('PUT', path, { email_confirm: true })).headers.get('x-trips')).toBe('2')
    expect(await profilesOf(email)).toEqual([name])
    expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()
  })

  test('several uses of one token at once: one profile, and one session', async () => {
    const [email, name] = [someone(), nickname()]
    await signUp(email, name)
    const statuses = (await Promise.all([1, 2, 3, 4].map(() => verify(email)))).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 403, 403, 403])
    expect(await profilesOf(email)).toEqual([name])
  })

  test('there is one from the start where nothing is waited for', async () => {
    const email = someone()
    await server.admin().createUser({ email, user_metadata: { nickname: nickname() } })
    expect(await profilesOf(email)).toHaveLength(1)
    await server.post('/otp', { email })
    expect((await verify(email)).headers.get('x-trips')).toBe('1')
    expect(await profilesOf(email)).toHaveLength(1)
  })
})

describe('a value that somebody else has by then', () => {
  test('is refused without a word on which one; the token is still good, and another sign-up does', async () => {
    const { email, name } = await outrun()
    for (const _ of ['once', 'twice']) {
      const response = await verify(email)
      expect([response.status, response.headers.get('x-trips')]).toEqual([400, '2'])
      const text = await response.text()
      expect(JSON.parse(text)).toMatchObject({ code: 'validation_failed' })
      expect(text).toContain('sign up with something else, or ask for a link')
      expect(text).not.toMatch(new RegExp(`nickname|profiles|${name}`))
    }
    const { rows } = await server.query(
      'select 1 from auth_users where email = ? and email_confirmed_at is not null',
      textValue(email),
    )
    expect(rows).toEqual([])
    const other = nickname()
    await signUp(email, other)
    expect((await verify(email)).status).toBe(200)
    expect(await profilesOf(email)).toEqual([other])
    expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()
  })

  test('by the link: it is told where the link leads', async () => {
    const { email } = await outrun()
    expect(fragmentOf(await open(server, mailTo(server, email).link))).toMatchObject({
      error: 'invalid_request',
      error_code: 'validation_failed',
      error_description: expect.stringContaining('ask for a link to sign in'),
    })
  })

  test.each(['/otp', '/recover'])('%s without data lets its owner in all the same', async (path) => {
    const { email } = await outrun()
    await server.post(path, { email })
    const response = await verify(email)
    expect([response.status, response.headers.get('x-trips')]).toEqual([200, '3'])
    expect(await profilesOf(email)).toEqual([null])
    expect(await membersOf(response)).toMatchObject({ user: { email } })
  })
})
