import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, begin, countOf, signInAs, startAcme } from './acme.ts'
import { browser } from './browser.ts'
import type { IssuerAccount } from './issuer.ts'

const password = 'correct horse battery staple'
const accounts: Record<string, IssuerAccount> = {}

let acme: Acme
let count = 0

/** Somebody at the issuer who was never seen. */
function somebody(verified: boolean | null = true) {
  count += 1
  const email = `person-${count}@example.com`
  const sub = `person-${count}`
  accounts[sub] = {
    email,
    ...(verified !== null && { email_verified: verified }),
    name: `Person ${count}`,
  }
  return { sub, email }
}

/** A password and its session, for an address that nobody has looked at. */
async function register({ server }: Acme, email: string) {
  const client = server.client()
  const { data, error } = await client.signUp({ email, password })
  expect(error).toBeNull()
  return { client, id: data.user?.id ?? '', accessToken: data.session?.access_token ?? '' }
}

/** As a mail that was answered leaves it. */
async function confirm({ server }: Acme, email: string) {
  await server.query('update auth_users set email_confirmed_at = created_at + 60000 where email = ?', {
    type: 'text',
    value: email,
  })
}

beforeAll(async () => {
  acme = await startAcme(accounts, { auth: { anonymous: true } })
})
afterAll(() => acme.stop())
beforeEach(() => acme.server.sent.splice(0))

describe('an address that the provider says is theirs', () => {
  test('links to the account that has proved it: password and sessions stay, and its owner is told', async () => {
    const { sub, email } = somebody()
    const before = await register(acme, email)
    await confirm(acme, email)
    const { user } = await signInAs(acme.server, sub)
    expect(user?.id).toBe(before.id)
    expect(user?.app_metadata.providers).toEqual(['email', 'custom:acme'])
    expect((await before.client.getUser()).error).toBeNull()
    expect((await acme.server.client().signInWithPassword({ email, password })).error).toBeNull()
    expect(acme.server.sent.map(({ to, subject }) => [to, subject])).toContainEqual([
      email,
      'An account was linked at sign-in',
    ])
    expect(await countOf(acme.server, 'selvage_audit', `after like '%identity_linked%'`)).toBe(1)
  })

  test('takes the account back from who registered it first and never proved it', async () => {
    const { sub, email } = somebody()
    const attacker = await register(acme, email)
    const { user, error } = await signInAs(acme.server, sub)
    expect(error).toBeNull()
    expect(user).toMatchObject({ id: attacker.id, email, app_metadata: { providers: ['custom:acme'] } })
    expect(user?.email_confirmed_at).toBeTypeOf('string')
    expect((await attacker.client.getUser()).error).not.toBeNull()
    expect((await attacker.client.refreshSession()).error).not.toBeNull()
    const { error: refused } = await acme.server.client().signInWithPassword({ email, password })
    expect(refused?.code).toBe('invalid_credentials')
    // It is theirs from now on.
    const again = await signInAs(acme.server, sub)
    expect(again.user?.id).toBe(attacker.id)
  })

  test('and from who was anonymous, and said that it is theirs', async () => {
    const { sub, email } = somebody()
    const attacker = acme.server.client()
    const { data } = await attacker.signInAnonymously()
    acme.server.travel(1_000)
    expect((await attacker.updateUser({ email })).error).toBeNull()
    const { user } = await signInAs(acme.server, sub)
    expect(user).toMatchObject({ id: data.user?.id, email })
    expect((await attacker.getUser()).error).not.toBeNull()
    acme.server.travel(-1_000)
  })

  test('takes with it the identities and factors of whoever was there before', async () => {
    const { sub, email } = somebody()
    const mallory = somebody(false)
    const attacker = await register(acme, email)
    await acme.server.query(
      `insert into auth_identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
       select 'stolen-' || id, id, 'custom:acme', ?, '{}', 0, 0 from auth_users where email = ?`,
      { type: 'text', value: mallory.sub },
      { type: 'text', value: email },
    )
    await acme.server.query(
      `insert into auth_factors (id, user_id, type, status, created_at, updated_at)
       select 'factor-' || id, id, 'totp', 'verified', 0, 0 from auth_users where email = ?`,
      { type: 'text', value: email },
    )
    await acme.server.query('update auth_users set least_aal = 2 where email = ?', {
      type: 'text',
      value: email,
    })
    const { user } = await signInAs(acme.server, sub)
    expect(user?.id).toBe(attacker.id)
    expect(user?.identities?.map(({ id }) => id)).toEqual([sub])
    expect(user?.factors).toEqual([])
    const thief = await signInAs(acme.server, mallory.sub)
    expect(thief.user?.id).not.toBe(attacker.id)
  })

  test('makes an account that has it, with a profile, and tells no one but the record', async () => {
    const { sub, email } = somebody()
    const profiles = await countOf(acme.server, 'profiles')
    const { user } = await signInAs(acme.server, sub)
    expect(user).toMatchObject({ email, role: 'customer' })
    expect(user?.email_confirmed_at).toBeTypeOf('string')
    expect(await countOf(acme.server, 'profiles')).toBe(profiles + 1)
    expect(acme.server.sent).toEqual([])
    const { rows } = await acme.server.query(
      'select event from selvage_outbox where payload like ? order by at, rowid',
      { type: 'text', value: `%${user?.id}%` },
    )
    expect(rows.map(([event]) => event?.type === 'text' && event.value)).toEqual([
      'auth.signed_up',
      'auth.signed_in',
    ])
  })
})

describe('an address that the provider does not speak for', () => {
  test.each([
    ['is not verified', false],
    ['is said to be nothing', null],
  ])('%s: it links to nothing, and becomes no address', async (_, verified) => {
    const { sub, email } = somebody(verified)
    const before = await register(acme, email)
    await confirm(acme, email)
    const { user, error } = await signInAs(acme.server, sub)
    expect(error).toBeNull()
    expect(user).toMatchObject({ email: '', is_anonymous: false })
    expect(user?.id).not.toBe(before.id)
    expect(user?.email_confirmed_at).toBeUndefined()
    expect((await acme.server.client().signInWithPassword({ email, password })).error).toBeNull()
    expect((await signInAs(acme.server, sub)).user?.id).toBe(user?.id)
  })

  test('that takes nothing of an account that nobody has proved', async () => {
    const { sub, email } = somebody(false)
    const before = await register(acme, email)
    await signInAs(acme.server, sub)
    expect((await before.client.getUser()).error).toBeNull()
  })
})

describe('who was here before', () => {
  test('is known by the subject, whatever address they have by now', async () => {
    const { sub } = somebody()
    const first = await signInAs(acme.server, sub)
    const other = somebody()
    const owner = await register(acme, other.email)
    await confirm(acme, other.email)
    accounts[sub] = { email: other.email, email_verified: true, name: 'New name' }
    const second = await signInAs(acme.server, sub)
    expect(second.user?.id).toBe(first.user?.id)
    expect(second.user?.id).not.toBe(owner.id)
    expect(second.user?.email).toBe(first.user?.email)
    expect(second.user?.user_metadata.full_name).toBe('New name')
  })

  test('comes several times at once, for the first time: one account', async () => {
    const { sub, email } = somebody()
    const all = await Promise.all(Array.from({ length: 6 }, () => signInAs(acme.server, sub)))
    expect(all.map(({ error }) => error)).toEqual(all.map(() => null))
    expect(new Set(all.map(({ user }) => user?.id)).size).toBe(1)
    expect(await countOf(acme.server, 'auth_users', `email = '${email}'`)).toBe(1)
  })

  test('and is banned: no code, and no link to what they have', async () => {
    const { sub, email } = somebody()
    await register(acme, email)
    await confirm(acme, email)
    await acme.server.query('update auth_users set banned_until = 9e15 where email = ?', {
      type: 'text',
      value: email,
    })
    const identities = await countOf(acme.server, 'auth_identities')
    const { url } = await begin(acme.server, sub)
    const back = await browser(acme.server).follow(url)
    expect(back.searchParams.get('error')).toBe('access_denied')
    expect(back.searchParams.get('error_code')).toBe('user_banned')
    expect(await countOf(acme.server, 'auth_identities')).toBe(identities)
  })
})

describe('other backends', () => {
  test('where sign-up is closed nobody new comes in, and who is known does', async () => {
    const { sub, email } = somebody()
    const closed = await startAcme(accounts, { signUp: false })
    const refused = await browser(closed.server).follow((await begin(closed.server, sub)).url)
    expect(refused.searchParams.get('error_code')).toBe('signup_disabled')
    expect(await countOf(closed.server, 'auth_users')).toBe(0)
    await closed.server.query(
      `insert into auth_users (id, email, role, email_confirmed_at, created_at, updated_at) values ('known', ?, 'customer', 1, 0, 0)`,
      { type: 'text', value: email },
    )
    expect((await signInAs(closed.server, sub)).user?.id).toBe('known')
    await closed.stop()
  })

  test('where addresses are confirmed by mail, one that was confirmed is proved, and one that was not is not', async () => {
    const strict = await startAcme(accounts, { auth: { confirmEmail: true } })
    for (const [at, providers] of [
      ['2', ['email', 'custom:acme']],
      ['null', ['custom:acme']],
    ] as const) {
      const { sub, email } = somebody()
      await strict.server.query(
        `insert into auth_users (id, email, role, password_hash, email_confirmed_at, created_at, updated_at)
         values (?, ?, 'customer', 'a hash', ${at}, 1, 1)`,
        { type: 'text', value: sub },
        { type: 'text', value: email },
      )
      const { user } = await signInAs(strict.server, sub)
      expect(user).toMatchObject({ id: sub, app_metadata: { providers } })
    }
    await strict.stop()
  })
})
