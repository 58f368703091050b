import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { github } from '../../../src/auth/oauth/provider/github.ts'
import { type Acme, countOf, startAcme } from './acme.ts'
import { clientId } from './issuer.ts'

let acme: Acme

beforeAll(async () => {
  acme = await startAcme({}, {}, [github()], { OAUTH_GITHUB_CLIENT_ID: 'a', OAUTH_GITHUB_CLIENT_SECRET: 'b' })
})
afterAll(() => acme.stop())

const send = (token: string, more: object = {}) =>
  acme.server.post('/token?grant_type=id_token', { provider: 'custom:acme', id_token: token, ...more })

/** JOSE's own encoding, without its checks. */
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('signInWithIdToken', () => {
  test('signs in who the token says', async () => {
    const claims = { sub: 'ada', email: 'ada@example.com', email_verified: true, name: 'Ada' }
    const client = acme.server.client()
    const { data, error } = await client.signInWithIdToken({
      provider: 'custom:acme',
      token: await acme.issuer.idToken(claims),
    })
    expect(error).toBeNull()
    expect(data.user).toMatchObject({ email: 'ada@example.com', user_metadata: { name: 'Ada' } })
  })

  test('one trip', async () => {
    const response = await send(await acme.issuer.idToken({ sub: 'ada' }))
    expect([response.status, response.headers.get('x-trips')]).toEqual([200, '1'])
  })

  test('takes tokens for the native app of the same owner', async () => {
    for (const claims of [
      { aud: 'native-app' },
      { aud: clientId, azp: 'native-app' },
      { aud: [clientId, 'another'], azp: clientId },
    ]) {
      expect((await send(await acme.issuer.idToken({ sub: 'ada', ...claims }))).status).toBe(200)
    }
  })

  test('a nonce stands in the token as its hash; both or neither', async () => {
    const nonce = createHash('sha256').update('a nonce').digest('hex')
    const token = await acme.issuer.idToken({ sub: 'ada', nonce })
    expect((await send(token, { nonce: 'a nonce' })).status).toBe(200)
    expect((await send(token, { nonce: 'another' })).status).toBe(400)
    expect((await send(token, { nonce })).status).toBe(400)
    expect((await send(token)).status).toBe(400)
    expect((await send(await acme.issuer.idToken({ sub: 'ada' }), { nonce: 'a nonce' })).status).toBe(400)
  })

  test('an access token must be that of the ID token', async () => {
    const hash = createHash('sha256').update('an access token').digest()
    const token = await acme.issuer.idToken({
      sub: 'ada',
      at_hash: hash.subarray(0, 16).toString('base64url'),
    })
    expect((await send(token, { access_token: 'an access token' })).status).toBe(200)
    expect((await send(token, { access_token: 'another' })).status).toBe(400)
  })
})

describe('a token that is not good', () => {
  const now = () => Math.floor(Date.now() / 1_000)

  test.each<[string, () => JWTPayload]>([
    ['of another issuer', () => ({ iss: 'https://evil.test' })],
    ['for another audience', () => ({ aud: 'another' })],
    ['for several, and asked for by none', () => ({ aud: [clientId, 'another'] })],
    ['that another party asked for', () => ({ azp: 'another' })],
    ['that has run out', () => ({ iat: now() - 900, exp: now() - 120 })],
    ['of days ago', () => ({ iat: now() - 200_000, exp: now() + 600 })],
    ['of the future', () => ({ iat: now() + 600 })],
    ['of nobody', () => ({ sub: '' })],
    ['of a subject that is too long', () => ({ sub: 'a'.repeat(256) })],
  ])('%s', async (_, claims) => {
    const before = await countOf(acme.server, 'auth_sessions')
    const response = await send(await acme.issuer.idToken({ sub: 'ada', ...claims() }))
    expect([response.status, response.headers.get('x-trips')]).toEqual([400, '0'])
    expect(await countOf(acme.server, 'auth_sessions')).toBe(before)
  })

  test.each([
    ['an access token', { typ: 'at+jwt' }],
    ['a logout token', { typ: 'logout+jwt' }],
  ])('that is %s', async (_, header) => {
    expect((await send(await acme.issuer.idToken({ sub: 'ada' }, header))).status).toBe(400)
  })

  test('without a signature, and with one of a shared secret', async () => {
    const claims = { iss: acme.issuer.url, aud: clientId, sub: 'ada', iat: now(), exp: now() + 600 }
    const shared = Buffer.from(await (await fetch(`${acme.issuer.url}/jwks`)).text())
    const hs = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'of-the-issuer' })
      .sign(shared)
    for (const token of [
      `${part({ alg: 'none' })}.${part(claims)}.`,
      `${part({ alg: 'none', kid: 'of-the-issuer' })}.${part(claims)}.`,
      hs,
      `${hs.slice(0, -4)}AAAA`,
      'a.b.c',
      'abc',
      '',
      'a'.repeat(20_000),
    ]) {
      const response = await send(token)
      expect([response.status, response.headers.get('x-trips')]).toEqual([400, '0'])
    }
  })

  test('with a key of its own: nothing that a token names is asked', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const asked: string[] = []
    acme.issuer.fail((path) => {
      asked.push(path)
      return false
    })
    const jku = `${acme.issuer.url}/evil`
    for (const header of [
      { jwk },
      { jku },
      { x5u: jku },
      { kid: `${acme.issuer.url}/evil` },
      { kid: '../evil' },
    ]) {
      const token = await new SignJWT({
        iss: acme.issuer.url,
        aud: clientId,
        sub: 'ada',
        iat: now(),
        exp: now() + 600,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'of-the-issuer', ...header })
        .sign(privateKey)
      expect((await send(token)).status).toBe(400)
    }
    acme.issuer.fail()
    expect(asked).not.toContain('/evil')
  })

  test('of a provider that has none', async () => {
    const response = await acme.server.post('/token?grant_type=id_token', {
      provider: 'github',
      id_token: 'a.b.c',
    })
    expect(response.status).toBe(400)
  })
})

test('a key that the issuer has since yesterday, and one that it had before, are both good', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const { keys }: { keys: object[] } = JSON.parse(await (await fetch(`${acme.issuer.url}/jwks`)).text())
  const more = JSON.stringify({ keys: [...keys, { ...(await exportJWK(publicKey)), kid: 'new' }] })
  acme.issuer.fail((path, response) => path === '/jwks' && Boolean(response.end(more)))
  const now = Math.floor(Date.now() / 1_000)
  const token = await new SignJWT({
    iss: acme.issuer.url,
    aud: clientId,
    sub: 'ada',
    iat: now,
    exp: now + 600,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'new' })
    .sign(privateKey)
  acme.server.travel(20_000)
  expect((await send(token)).status).toBe(200)
  expect((await send(await acme.issuer.idToken({ sub: 'ada' }))).status).toBe(200)
  // The issuer is down: what is known of it is good for a while.
  acme.issuer.fail((_, response) => Boolean(response.destroy()))
  acme.server.travel(20_000)
  expect((await send(token)).status).toBe(200)
  acme.issuer.fail()
})

test('a flood of unknown keys asks the issuer once in ten seconds', async () => {
  acme.server.travel(20_000)
  const asked = acme.issuer.asked.filter((path) => path === '/jwks').length
  const tokens = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      acme.issuer.idToken({ sub: 'ada' }, { kid: `unknown-${index}` }),
    ),
  )
  const answers = await Promise.all(tokens.map((token) => send(token)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
  expect(acme.issuer.asked.filter((path) => path === '/jwks').length).toBe(asked + 1)
  expect((await send(await acme.issuer.idToken({ sub: 'ada' }))).status).toBe(200)
})

test('who tries too often waits, and is told for how long', async () => {
  const slow = await startAcme(
    {},
    { auth: { throttles: { sign_in: { network: { most: 3, seconds: 60 } } } } },
  )
  const token = await acme.issuer.idToken({ sub: 'ada' })
  const from = { 'cf-connecting-ip': '198.51.100.7' }
  const answers: Response[] = []
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const body = { provider: 'custom:acme', id_token: token }
    answers.push(await slow.server.post('/token?grant_type=id_token', body, from))
  }
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 429, 429])
  expect(answers.at(-1)?.headers.get('retry-after')).toMatch(/^\d+$/)
  await slow.stop()
})
