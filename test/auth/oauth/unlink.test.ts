import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, countOf, signInAs, startAcme } from './acme.ts'
import { people } from './owner.ts'

let acme: Acme
const { accounts, somebody, owner } = people(() => acme)

beforeAll(async () => {
  acme = await startAcme(accounts, { auth: { confirmEmail: false } })
})
afterAll(() => acme.stop())
beforeEach(() => acme.server.sent.splice(0))

describe('unlinkIdentity', () => {
  async function linked() {
    const who = await owner()
    const sub = somebody()
    const token = await acme.issuer.idToken({ sub })
    const { data } = await who.client.linkIdentity({ provider: 'custom:acme', token })
    acme.server.sent.splice(0)
    const identity = data.user?.identities?.find(({ provider }) => provider === 'custom:acme')
    if (identity === undefined) throw new TypeError('not linked')
    return { ...who, sub, identity }
  }

  test('takes one way in away, in one trip, and tells the owner', async () => {
    const { client, id, email, sub, identity } = await linked()
    const { error } = await client.unlinkIdentity(identity)
    expect(error).toBeNull()
    expect((await client.getUserIdentities()).data?.identities.map(({ provider }) => provider)).toEqual([
      'email',
    ])
    expect(acme.server.sent.map(({ to, subject }) => [to, subject])).toEqual([
      [email, 'An account was unlinked at sign-in'],
    ])
    expect(
      await countOf(acme.server, 'selvage_audit', `after like '%identity_unlinked%' and caller_id = '${id}'`),
    ).toBe(1)
    expect((await signInAs(acme.server, sub)).user?.id).not.toBe(id)
  })

  test('not the last one', async () => {
    const { client, session } = await signInAs(acme.server, somebody())
    const [identity] = session?.user.identities ?? []
    if (identity === undefined) throw new TypeError('no identity')
    const response = await acme.server.send(`/user/identities/${identity.identity_id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${session?.access_token}` },
    })
    expect([response.status, response.headers.get('x-trips')]).toEqual([422, '1'])
    expect((await client.unlinkIdentity(identity)).error?.code).toBe('single_identity_not_deletable')
    expect((await client.getUserIdentities()).data?.identities).toHaveLength(1)
  })

  test('one of the last two, of two at once', async () => {
    const { client } = await signInAs(acme.server, somebody())
    const token = await acme.issuer.idToken({ sub: somebody() })
    const { data } = await client.linkIdentity({ provider: 'custom:acme', token })
    const outcomes = await Promise.all(
      (data.user?.identities ?? []).map((each) => client.unlinkIdentity(each)),
    )
    expect(outcomes.map(({ error }) => error?.code ?? 'done').sort()).toEqual([
      'done',
      'single_identity_not_deletable',
    ])
  })

  test('not that of somebody else, which is as none', async () => {
    const { identity, sub, id } = await linked()
    const other = await owner()
    expect((await other.client.unlinkIdentity(identity)).error?.code).toBe('identity_not_found')
    expect((await signInAs(acme.server, sub)).user?.id).toBe(id)
  })

  test('not with a session that is over', async () => {
    const { client, identity, sub, id } = await linked()
    const { data } = await client.getSession()
    await client.signOut()
    const response = await acme.server.send(`/user/identities/${identity.identity_id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${data.session?.access_token}` },
    })
    expect(response.status).toBe(403)
    expect((await signInAs(acme.server, sub)).user?.id).toBe(id)
  })
})
