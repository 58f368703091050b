import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { signingKeys } from '../../src/auth/token/keys.ts'

const ec = (kid?: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid,
})
const ed = (kid?: string) => ({ ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid })
const publicOf = ({ d: _, ...jwk }: ReturnType<typeof ec>) => jwk

test('the first private key signs, all verify, and nothing private is published', async () => {
  const next = ec('next')
  const keys = await signingKeys(
    JSON.stringify([publicOf(next), ec('now'), { ...ed('before'), alg: 'EdDSA', k: 'x' }]),
  )
  expect(keys.signing).toMatchObject({ kid: 'now', alg: 'ES256' })
  expect([...keys.verifying.keys()]).toEqual(['next', 'now', 'before'])
  expect(keys.jwks.keys.map((key) => Object.keys(key).toSorted().join())).toEqual([
    'alg,crv,kid,kty,use,x,y',
    'alg,crv,kid,kty,use,x,y',
    'alg,crv,kid,kty,use,x',
  ])
})

test('the same text is imported once', async () => {
  const text = JSON.stringify([ec('one')])
  expect(await signingKeys(text)).toBe(await signingKeys(text))
})

const rsa = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: 'r',
}
const p384 = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
  kid: 'p',
}

test.each([
  ['not JSON', '{'],
  ['no array', '{}'],
  ['nothing in it', '[]'],
  ['null', '[null]'],
  ['no kid', JSON.stringify([ec()])],
  ['an empty kid', JSON.stringify([ec('')])],
  ['one kid twice', JSON.stringify([ec('k'), ec('k')])],
  ['public keys only', JSON.stringify([publicOf(ec('k'))])],
  ['RSA', JSON.stringify([rsa])],
  ['another curve', JSON.stringify([p384])],
  ['a symmetric key', JSON.stringify([{ kty: 'oct', k: 'c2VjcmV0', kid: 'k' }])],
  ['an algorithm that is not of the key', JSON.stringify([{ ...ec('k'), alg: 'HS256' }])],
  ['a point that is not on the curve', JSON.stringify([{ ...ec('k'), x: 'A'.repeat(43) }])],
  ['halves of two keys', JSON.stringify([{ ...ec('k'), d: ec('k').d }])],
  ['halves of two Ed25519 keys', JSON.stringify([{ ...ed('k'), d: ed('k').d }])],
])('%s: UNAVAILABLE_CONFIGURATION that names SIGNING_KEYS and shows nothing', async (_, text) => {
  const error: unknown = await signingKeys(text).catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'UNAVAILABLE_CONFIGURATION',
    message: expect.stringContaining('SIGNING_KEYS'),
  })
  const secrets = [...text.matchAll(/"(?:d|k|x|n)":"([^"]+)"/g)].map((match) => match[1] ?? '')
  for (const secret of secrets) expect(JSON.stringify(error) + String(error)).not.toContain(secret)
})
