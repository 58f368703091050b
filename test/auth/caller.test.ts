import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { identify } from '../../src/auth/caller.ts'
import { type SigningKeys, signingKeys } from '../../src/auth/token/keys.ts'
import { issueAccessToken, issuerOf } from '../../src/auth/token/tokens.ts'
import type { Settings } from '../../src/base/settings.ts'
import { plainCaller, plainSubject } from '../harness/subject.ts'

const publishable = 'sb_publishable_abcdefghijklmnopqrstuvwxyz'
const secret = 'sb_secret_abcdefghijklmnopqrstuvwxyz'
const settings: Settings = {
  ...{ tenant: '', stay: null },
  databasePlace: null,
  replicas: [],
  isHedged: false,
  mostStreams: 0,
  isCaching: false,
  apiUrl: 'https://api.example.com',
  siteUrl: 'https://example.com',
  databaseUrl: 'http://127.0.0.1:1',
  databaseToken: null,
  publishableKey: publishable,
  secretKey: secret,
  signingKeys: '',
  serverSecret: '',
}
const clock = { nowMilliseconds: () => 1_800_000_000_000 }

let keys: SigningKeys
let token: string
beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  keys = await signingKeys(JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: 'one' }]))
  const subject = { id: 'user-1', sessionId: 'session-1', role: 'service_role', email: null, ...plainSubject }
  const issuer = issuerOf(settings.apiUrl)
  token = (
    await issueAccessToken(subject, { issuer, tenant: '', keys, nowMilliseconds: clock.nowMilliseconds() })
  ).token
})

const ask = (headers: Record<string, string>) => identify(new Headers(headers), settings, keys, clock)

test('the publishable key alone, or twice as a client without a session sends it: anonymous', async () => {
  expect(await ask({ apikey: publishable })).toMatchObject({ kind: 'anonymous' })
  expect(await ask({ apikey: publishable, authorization: `Bearer ${publishable}` })).toMatchObject({
    kind: 'anonymous',
  })
})

test('the secret key alone, or twice: the service', async () => {
  expect(await ask({ apikey: secret })).toMatchObject({ kind: 'service' })
  expect(await ask({ apikey: secret, authorization: `bearer ${secret}` })).toMatchObject({ kind: 'service' })
})

test('an access token decides, beside either key, and its role makes nobody a service', async () => {
  const subject = { id: 'user-1', sessionId: 'session-1', role: 'service_role', email: null }
  const user = { kind: 'user', ...subject, ...plainCaller }
  expect(await ask({ apikey: publishable, authorization: `Bearer ${token}` })).toEqual(user)
  expect(await ask({ apikey: secret, authorization: `BEARER  ${token}` })).toEqual(user)
})

test.each([
  ['no key', () => ({})],
  ['an empty key', () => ({ apikey: '' })],
  ['another key', () => ({ apikey: `${publishable}x` })],
  ['a beginning of the key', () => ({ apikey: publishable.slice(0, -1) })],
  ['a token without a key', () => ({ authorization: `Bearer ${token}` })],
  ['a key in Authorization alone', () => ({ authorization: `Bearer ${secret}` })],
  ['a token as key', () => ({ apikey: token, authorization: `Bearer ${token}` })],
])('%s: PGRST302 that says what to send', async (_, headers) => {
  const refusal = {
    code: 'PGRST302',
    message: expect.stringContaining('publishable key'),
    headers: { 'www-authenticate': 'Bearer' },
  }
  await expect(ask(headers())).rejects.toMatchObject({
    ...refusal,
    message: expect.stringContaining('apikey'),
  })
})

test.each([
  ['nothing', ''],
  ['a scheme', 'Bearer'],
  ['another scheme', 'Basic YTpi'],
  ['two tokens', 'Bearer a b'],
  ['two headers in one', `Bearer ${publishable}, Bearer ${publishable}`],
  ['the key without a scheme', publishable],
  ['the secret key beside the publishable one', `Bearer ${secret}`],
])('Authorization with %s: PGRST301', async (_, authorization) => {
  await expect(ask({ apikey: publishable, authorization })).rejects.toMatchObject({
    code: 'PGRST301',
    status: 401,
  })
})
