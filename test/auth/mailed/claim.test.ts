import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, someone } from '../someone.ts'
import { mailTo } from './mail.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { confirmEmail: true } })
})
afterAll(() => server.stop())

/** What somebody else may have left at an address before its owner came. */
async function registeredByAnother(email: string) {
  await server.client().signUp({ email, password: 'of an attacker' })
  const id = '(select id from auth_users where email = ?)'
  const address = textValue(email)
  for (const sql of [
    `insert into auth_sessions (id, user_id, created_at, refreshed_at, expires_at) values ('s-' || ?, ${id}, 1, 1, 9e15)`,
    `insert into auth_refresh_tokens (hash, session_id, created_at) select 'r-' || ?, id, 1 from auth_sessions where user_id = ${id}`,
    `insert into auth_identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
      values ('i-' || ?1, (select id from auth_users where email = ?1), 'google', 'sub-' || ?1, '{}', 1, 1)`,
    `insert into auth_factors (id, user_id, type, status, created_at, updated_at)
      values ('f-' || ?1, (select id from auth_users where email = ?1), 'totp', 'verified', 1, 1)`,
    `insert into auth_codes (hash, user_id, method, code_challenge, code_challenge_method, created_at, expires_at)
      values ('c-' || ?1, (select id from auth_users where email = ?1), 'oauth', 'x', 's256', 1, 9e15)`,
  ])
    await server.query(sql, ...(sql.includes('?1') ? [address] : [address, address]))
  await server.query(
    "update auth_users set password_hash = 'x', least_aal = 2, new_email = 'attacker@example.com' where email = ?",
    address,
  )
}

test.each(['magiclink', 'recovery', 'signup'] as const)(
  'who proves an address by %s finds nothing of who registered it before',
  async (type) => {
    const email = someone()
    await registeredByAnother(email)
    const client = server.client()
    if (type === 'recovery') await client.resetPasswordForEmail(email)
    else if (type === 'magiclink') await client.signInWithOtp({ email })
    else await client.signUp({ email, password })
    const { data, error } = await client.verifyOtp({ token_hash: mailTo(server, email).token, type })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ email_confirmed_at: expect.any(String), factors: [] })
    const counts = await server.query(
      `select
        (select count(*) from auth_sessions where user_id = auth_users.id and revoked_at is null),
        (select count(*) from auth_identities where user_id = auth_users.id),
        (select count(*) from auth_factors where user_id = auth_users.id),
        (select count(*) from auth_codes where user_id = auth_users.id),
        (select count(*) from auth_one_time_tokens where user_id = auth_users.id),
        least_aal, new_email, password_hash is not null
      from auth_users where email = ?`,
      textValue(email),
    )
    expect(counts.rows[0]?.map(textOf)).toEqual([
      '1',
      '0',
      '0',
      '0',
      '0',
      '1',
      null,
      type === 'signup' ? '1' : '0',
    ])
    const theirs = await server.client().signInWithPassword({ email, password: 'of an attacker' })
    expect(theirs.error).toMatchObject({ code: 'invalid_credentials' })
    const claimed = await server.query(
      "select 1 from selvage_audit where after like '%account_claimed%' and key like ?",
      textValue(`%${data.user?.id}%`),
    )
    expect(claimed.rows).toHaveLength(1)
  },
)

test('who is confirmed already keeps what is theirs', async () => {
  const email = someone()
  await server.client().signUp({ email, password })
  const client = server.client()
  await client.verifyOtp({ email, token: mailTo(server, email).code, type: 'signup' })
  await server.client().signInWithOtp({ email })
  const { error } = await server
    .client()
    .verifyOtp({ token_hash: mailTo(server, email).token, type: 'magiclink' })
  expect(error).toBeNull()
  expect((await client.getUser()).error).toBeNull()
  expect((await server.client().signInWithPassword({ email, password })).error).toBeNull()
})

test('a sign-up that is sent once more has its password; of two it is not known whose', async () => {
  const alone = someone()
  await server.client().signUp({ email: alone, password, options: { data: { nickname: alone } } })
  await server.client().resend({ type: 'signup', email: alone })
  const { data } = await server
    .client()
    .verifyOtp({ token_hash: mailTo(server, alone).token, type: 'signup' })
  expect(data.user).toMatchObject({ user_metadata: { nickname: alone } })
  expect((await server.client().signInWithPassword({ email: alone, password })).error).toBeNull()

  const shared = someone()
  await server.client().signUp({ email: shared, password })
  await server.client().signUp({ email: shared, password: 'of an attacker' })
  await server.client().resend({ type: 'signup', email: shared })
  await server.client().resend({ type: 'signup', email: shared })
  const client = server.client()
  expect(
    (await client.verifyOtp({ token_hash: mailTo(server, shared).token, type: 'signup' })).error,
  ).toBeNull()
  for (const given of [password, 'of an attacker'])
    expect(
      (await server.client().signInWithPassword({ email: shared, password: given })).error,
    ).not.toBeNull()
  expect((await client.updateUser({ password })).error).toBeNull()
})

describe('where addresses need not be confirmed', () => {
  let open: TestAuthServer
  beforeAll(async () => {
    open = await startAuthServer()
  })
  afterAll(() => open.stop())

  async function comeBy(email: string, type: 'magiclink' | 'recovery') {
    const client = open.client()
    if (type === 'recovery') await client.resetPasswordForEmail(email)
    else await client.signInWithOtp({ email })
    const { error } = await client.verifyOtp({ token_hash: mailTo(open, email).token, type })
    expect(error).toBeNull()
    return client
  }

  test.each(['magiclink', 'recovery'] as const)(
    'whoever registered an address on trust gives way to its owner, who comes by %s',
    async (type) => {
      const email = someone()
      const attacker = open.client()
      const { data } = await attacker.signUp({ email, password: 'of an attacker' })
      await open.query(
        `insert into auth_identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
          values (?1, ?1, 'google', ?1, '{"email_verified":true}', 1, 1)`,
        textValue(data.user?.id ?? ''),
      )
      const owner = await comeBy(email, type)
      expect((await owner.getUser()).data.user).toMatchObject({ id: data.user?.id, email })
      expect((await owner.getUserIdentities()).data?.identities.map(({ provider }) => provider)).toEqual([
        'email',
      ])
      expect((await attacker.getUser()).error).not.toBeNull()
      const again = await open.client().signInWithPassword({ email, password: 'of an attacker' })
      expect(again.error).toMatchObject({ code: 'invalid_credentials' })
    },
  )

  test('once it is proved, what its owner has stays', async () => {
    const email = someone()
    await open.client().signUp({ email, password: 'of an attacker' })
    const owner = await comeBy(email, 'recovery')
    expect((await owner.updateUser({ password })).error).toBeNull()
    await comeBy(email, 'magiclink')
    expect((await open.client().signInWithPassword({ email, password })).error).toBeNull()
  })

  test('what an operator says is confirmed is not taken on trust', async () => {
    const email = someone()
    await open.admin().createUser({ email, password, email_confirm: true })
    await comeBy(email, 'magiclink')
    expect((await open.client().signInWithPassword({ email, password })).error).toBeNull()
  })

  test('a second factor is not lost by a mail', async () => {
    const email = someone()
    const { data } = await open.client().signUp({ email, password })
    const id = textValue(data.user?.id ?? '')
    await open.query('update auth_users set least_aal = 2 where id = ?', id)
    await open.query(
      `insert into auth_factors (id, user_id, type, status, created_at, updated_at) values (?1, ?1, 'totp', 'verified', 1, 1)`,
      id,
    )
    const client = await comeBy(email, 'recovery')
    expect((await client.getUser()).data.user?.factors).toHaveLength(1)
    expect((await client.updateUser({ password: 'another horse' })).error).toMatchObject({
      code: 'insufficient_aal',
    })
  })
})
