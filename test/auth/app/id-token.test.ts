import { createHash, generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import type { Account } from '../../../src/auth/account/account.ts'
import { issueIdToken } from '../../../src/auth/app/token/id-token.ts'
import { signingKeys } from '../../../src/auth/token/keys.ts'

/** With its `at_hash` for SHA-256, from OpenID Connect Core, appendix A.3. */
const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
const left = createHash('sha512').update(accessToken).digest().subarray(0, 32).toString('base64url')

const account: Account = {
  id: 'ann',
  kind: 'person',
  email: 'ann@example.com',
  newEmail: null,
  role: 'customer',
  authority: 0,
  leastAal: 1,
  hasPassword: true,
  userMetadata: { full_name: 'Ann', name: '', avatar_url: 'https://a.test/ann.png', username: 7 },
  appMetadata: {},
  emailConfirmedAt: null,
  invitedAt: null,
  confirmationSentAt: null,
  recoverySentAt: null,
  emailChangeSentAt: null,
  reauthenticationSentAt: null,
  lastSignInAt: null,
  bannedUntil: null,
  createdAt: 0,
  updatedAt: 5_999,
  identities: [],
  factors: [],
}

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = () => generateKeyPairSync('ed25519')

test.each([
  ['ES256', p256, '77QmUPtjPfzWtF2AnpK9RQ'],
  ['EdDSA', ed25519, left],
  ['Ed25519', ed25519, left],
] as const)('%s signs, and hashes the access token', async (alg, generate, at_hash) => {
  const { privateKey } = generate()
  const keys = await signingKeys(JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: 'a', alg }]))
  const nowMilliseconds = 1_800_000_000_999
  const token = await issueIdToken(
    {
      ...{ account, accessToken, clientId: 'loom', nonce: null },
      scope: 'openid email profile',
      authMilliseconds: 1_700_000_000_999,
    },
    { issuer: 'https://selvage.test/auth/v1', keys, nowMilliseconds },
  )
  const { payload, protectedHeader } = await jwtVerify(
    token,
    createLocalJWKSet({ keys: [...keys.jwks.keys] }),
    {
      currentDate: new Date(nowMilliseconds),
    },
  )
  expect(protectedHeader).toEqual({ alg, kid: 'a', typ: 'JWT' })
  expect(payload).toEqual({
    iss: 'https://selvage.test/auth/v1',
    sub: 'ann',
    aud: 'loom',
    client_id: 'loom',
    iat: 1_800_000_000,
    exp: 1_800_003_600,
    auth_time: 1_700_000_000,
    at_hash,
    email: 'ann@example.com',
    email_verified: false,
    name: 'Ann',
    picture: 'https://a.test/ann.png',
    updated_at: 5,
  })
})
