import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, expect, test, vi } from 'vitest'
import { type SigningKeys, signingKeys } from '../../src/auth/token/keys.ts'
import { issueAccessToken, verifyAccessToken } from '../../src/auth/token/tokens.ts'
import { plainSubject } from '../harness/subject.ts'

const issuer = 'https://api.example.com/auth/v1'
const now = 1_800_000_000_000
const seconds = now / 1_000
const subject = {
  id: 'user-1',
  sessionId: 'session-1',
  role: 'customer',
  email: 'ann@example.com',
  ...plainSubject,
}
const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const edwards = generateKeyPairSync('ed25519')

let keys: SigningKeys
beforeAll(async () => {
  const jwk = { ...ours.privateKey.export({ format: 'jwk' }), kid: 'ours' }
  keys = await signingKeys(
    JSON.stringify([jwk, { ...edwards.privateKey.export({ format: 'jwk' }), kid: 'edwards' }]),
  )
})

const verify = (token: string, nowMilliseconds = now) =>
  verifyAccessToken(token, { issuer, tenant: '', keys, nowMilliseconds })
const issue = async () =>
  (await issueAccessToken(subject, { issuer, tenant: '', keys, nowMilliseconds: now })).token

const header = { alg: 'ES256', kid: 'ours', typ: 'at+jwt' }
const claims = {
  iss: issuer,
  aud: 'authenticated',
  sub: 'user-1',
  sid: 'session-1',
  role: 'customer',
  jti: 'token-1',
  iat: seconds,
  exp: seconds + 3_600,
}

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token with any header and claims, signed by a key with JWS's encoding of ES256 or EdDSA. */
function forge(head: unknown, body: unknown, key: KeyObject = ours.privateKey): string {
  const input = `${part(head)}.${part(body)}`
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const signature = sign(algorithm, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

test('an issued token has the claims of RFC 9068 and of GoTrue, and verifies', async () => {
  const context = { issuer, tenant: '', keys, nowMilliseconds: now }
  const { token, expiresAt } = await issueAccessToken(subject, context)
  expect(decodeProtectedHeader(token)).toEqual(header)
  expect(decodeJwt(token)).toEqual({
    ...claims,
    email: 'ann@example.com',
    session_id: 'session-1',
    ...{ phone: '', aal: 'aal1', amr: [], app_metadata: {}, is_anonymous: false, ver: 0 },
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(expiresAt).toBe(seconds + 3_600)
  expect(await verify(token)).toEqual(subject)
})

test('what the forge of this file makes is sound: only what a row changes is refused', async () => {
  expect(await verify(forge(header, claims))).toEqual({ ...subject, email: null })
  const rotated = forge({ ...header, alg: 'EdDSA', kid: 'edwards' }, claims, edwards.privateKey)
  expect(await verify(rotated)).toMatchObject({ id: 'user-1' })
})

const publicPem = ours.publicKey.export({ type: 'spki', format: 'pem' })
const hmac = (head: unknown, secret: string | Buffer) => {
  const input = `${part(head)}.${part(claims)}`
  return `${input}.${createHmac('sha512', secret).update(input).digest('base64url')}`
}

test.each<readonly [string, () => string]>([
  ['alg none', () => `${part({ ...header, alg: 'none' })}.${part(claims)}.`],
  ['alg None', () => `${part({ ...header, alg: 'None' })}.${part(claims)}.`],
  ['alg none with a signature', () => forge({ ...header, alg: 'none' }, claims)],
  ['no alg', () => forge({ kid: 'ours', typ: 'at+jwt' }, claims)],
  ['HMAC with the public key as secret', () => hmac({ ...header, alg: 'HS512' }, String(publicPem))],
  ['an algorithm that is not of the key', () => forge({ ...header, alg: 'EdDSA' }, claims)],
  ['the key of another algorithm', () => forge({ ...header, kid: 'edwards' }, claims)],
  ['another key', () => forge(header, claims, other.privateKey)],
  [
    'another key in jwk',
    () => forge({ ...header, jwk: other.publicKey.export({ format: 'jwk' }) }, claims, other.privateKey),
  ],
  ['our own key in jwk', () => forge({ ...header, jwk: ours.publicKey.export({ format: 'jwk' }) }, claims)],
  ['jku', () => forge({ ...header, jku: 'https://evil.example/jwks.json' }, claims)],
  ['x5u', () => forge({ ...header, x5u: 'https://evil.example/cert.pem' }, claims)],
  ['x5c', () => forge({ ...header, x5c: ['AAAA'] }, claims)],
  ['crit', () => forge({ ...header, crit: ['exp'], exp: 1 }, claims)],
  ['b64', () => forge({ ...header, b64: false, crit: ['b64'] }, claims)],
  ['zip', () => forge({ ...header, zip: 'DEF' }, claims)],
  ['no kid', () => forge({ alg: 'ES256', typ: 'at+jwt' }, claims)],
  ['an unknown kid', () => forge({ ...header, kid: 'theirs' }, claims)],
  ['__proto__ as kid', () => forge(`{"alg":"ES256","typ":"at+jwt","kid":"__proto__"}`, claims)],
  ['constructor as kid', () => forge({ ...header, kid: 'constructor' }, claims)],
  ['a path as kid', () => forge({ ...header, kid: '../../etc/passwd' }, claims)],
  ['a number as kid', () => forge({ ...header, kid: 1 }, claims)],
  ['a header that is no object', () => forge('"at+jwt"', claims)],
  ['a header that is null', () => forge('null', claims)],
  ['claims that are no object', () => forge(header, '[1]')],
  ['claims that are not JSON', () => forge(header, '{')],
  ['five parts', () => 'a.b.c.d.e'],
  ['nothing', () => ''],
  ['a very long token', () => forge(header, { ...claims, more: 'a'.repeat(10_000) })],
])('%s: PGRST301, no fetch', async (_, token) => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  await expect(verify(token())).rejects.toMatchObject({
    code: 'PGRST301',
    message: 'The access token is not valid',
  })
  expect(fetched).not.toHaveBeenCalled()
  fetched.mockRestore()
})

const without = (name: keyof typeof claims) =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))

test.each<readonly [string, unknown, unknown]>([
  ['no typ', { alg: 'ES256', kid: 'ours' }, claims],
  ['typ of an id token', { ...header, typ: 'JWT' }, claims],
  ['another issuer', header, { ...claims, iss: 'https://evil.example/auth/v1' }],
  ['issuers', header, { ...claims, iss: [issuer] }],
  ['the issuer with a slash', header, { ...claims, iss: `${issuer}/` }],
  ['another audience', header, { ...claims, aud: 'anon' }],
  ['two audiences', header, { ...claims, aud: ['authenticated', 'other'] }],
  ['expired', header, { ...claims, exp: seconds - 5 }],
  ['not yet issued', header, { ...claims, iat: seconds + 60 }],
  ['older than a token lives', header, { ...claims, iat: seconds - 4_000, exp: seconds + 60 }],
  ['not before', header, { ...claims, nbf: seconds + 60 }],
  ['exp as text', header, { ...claims, exp: String(seconds + 60) }],
  [
    'exp that is endless',
    header,
    JSON.stringify(claims)
      .replace(/"exp":\d+/, '"exp":1e999')
      .replace(/"iat":\d+/, '"iat":0'),
  ],
  ['iat as text', header, { ...claims, iat: String(seconds) }],
  ['sub as number', header, { ...claims, sub: 1 }],
  ['sub as null', header, { ...claims, sub: null }],
  ['sid as object', header, { ...claims, sid: {} }],
  ['role as list', header, { ...claims, role: ['admin'] }],
  ['jti as number', header, { ...claims, jti: 7 }],
  ...Object.keys(claims).map((name) => [`no ${name}`, header, without(name as keyof typeof claims)] as const),
])('%s: PGRST303 that does not say why', async (_, head, body) => {
  await expect(verify(forge(head, body))).rejects.toMatchObject({
    code: 'PGRST303',
    message: 'The access token has expired or its claims are not valid',
    details: null,
    hint: null,
  })
})

test('clocks may be five seconds apart', async () => {
  const token = await issue()
  expect(await verify(token, now + 3_604_000)).toEqual(subject)
  expect(await verify(token, now - 5_000)).toEqual(subject)
  await expect(verify(token, now + 3_606_000)).rejects.toMatchObject({ code: 'PGRST303' })
  await expect(verify(token, now - 7_000)).rejects.toMatchObject({ code: 'PGRST303' })
})

test('one token has one spelling', async () => {
  const token = await issue()
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) ?? '')
  const spellings = [
    ...Array.from({ length: 15 }, (_, bits) => token.slice(0, -1) + alphabet.charAt(last + 1 + bits)),
    `${token}=`,
    `${token}==`,
    ` ${token}`,
    `${token}\n`,
    token.replace('.', ' .'),
    token.replace('.', '=.'),
    `${token}.`,
  ]
  for (const spelling of spellings) await expect(verify(spelling)).rejects.toMatchObject({ code: 'PGRST301' })
})

test('whatever is changed or made up is a 401', async () => {
  const token = await issue()
  const changed = fc
    .tuple(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }))
    .map(([at, text]) => token.slice(0, at) + text + token.slice(at + 1))
    .filter((text) => text !== token)
  const made = fc.tuple(fc.json(), fc.json()).map(([head, body]) => forge(head, body))
  await fc.assert(
    fc.asyncProperty(fc.oneof(changed, made, fc.string()), async (text) => {
      await expect(verify(text)).rejects.toMatchObject({ status: 401 })
    }),
    { numRuns: 500 },
  )
})

test('the signature of a token is checked once, its times and its issuer always', async () => {
  const token = await issue()
  const check = vi.spyOn(crypto.subtle, 'verify')
  expect(await verify(token)).toEqual(subject)
  expect(await verify(token)).toEqual(subject)
  expect(check).toHaveBeenCalledOnce()
  const late = now + 3_606_000
  await expect(verify(token, late)).rejects.toMatchObject({ code: 'PGRST303' })
  await expect(verify(token, now - 60_000)).rejects.toMatchObject({ code: 'PGRST303' })
  const elsewhere = { issuer: 'https://other.example.com/auth/v1', tenant: '', keys, nowMilliseconds: now }
  await expect(verifyAccessToken(token, elsewhere)).rejects.toMatchObject({ code: 'PGRST303' })
  check.mockRestore()
})

test('a known token helps no other: another signature, claims or spelling is refused', async () => {
  const token = await issue()
  await verify(token)
  const [head, body, signature = ''] = token.split('.')
  const swapped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
  const staff = part({ ...decodeJwt(token), role: 'staff' })
  for (const other of [
    `${head}.${body}.${swapped}`,
    `${head}.${staff}.${signature}`,
    `${token}=`,
    `${token} `,
  ]) {
    await expect(verify(other), other).rejects.toMatchObject({ code: 'PGRST301' })
  }
})

test('a key that is withdrawn takes the tokens that it signed along', async () => {
  const token = await issue()
  await verify(token)
  const left = await signingKeys(
    JSON.stringify([{ ...edwards.privateKey.export({ format: 'jwk' }), kid: 'edwards' }]),
  )
  const context = { issuer, tenant: '', keys: left, nowMilliseconds: now }
  await expect(verifyAccessToken(token, context)).rejects.toMatchObject({ code: 'PGRST301' })
})
