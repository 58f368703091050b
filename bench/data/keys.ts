import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { tokenAudience } from '../../src/auth/token/claims.ts'
import { signingKeys } from '../../src/auth/token/keys.ts'
import { issueAccessToken, issuerOf } from '../../src/auth/token/tokens.ts'

/** Secrets of one run: the bindings of the Workers, and tokens that they accept. */
export interface Keys {
  readonly issuer: string
  readonly audience: string
  readonly publicKey: JWK
  readonly publishableKey: string
  /** The variables and secrets of the real Worker, but for the database. */
  readonly bindings: Readonly<Record<string, string>>
  /** `role`: one of the shop's. Default `customer`. */
  accessToken(userId: string, sessionId: string, role?: string): Promise<string>
}

const apiUrl = 'http://127.0.0.1:8787'

export async function makeKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const identity = { kid: crypto.randomUUID(), alg: 'ES256', use: 'sig' }
  const privateJwk: JWK = { ...(await exportJWK(privateKey)), ...identity }
  const bindings = {
    API_URL: apiUrl,
    PUBLISHABLE_KEY: `sb_publishable_${secret()}`,
    SECRET_KEY: `sb_secret_${secret()}`,
    SIGNING_KEYS: JSON.stringify([privateJwk]),
    SERVER_SECRET: secret(),
  }
  const issuer = issuerOf(apiUrl)
  const keys = await signingKeys(bindings.SIGNING_KEYS)
  return {
    issuer,
    audience: tokenAudience,
    publicKey: { ...(await exportJWK(publicKey)), ...identity },
    publishableKey: bindings.PUBLISHABLE_KEY,
    bindings,
    async accessToken(id, sessionId, role = 'customer') {
      const plain = { roles: [], aal: 1, authority: 0, isAnonymous: false, claims: {} } as const
      const subject = { id, sessionId, role, email: null, ...plain }
      return (await issueAccessToken(subject, { issuer, tenant: '', keys, nowMilliseconds: Date.now() }))
        .token
    },
  }
}

function secret(): string {
  return `${crypto.randomUUID()}${crypto.randomUUID()}`.replaceAll('-', '')
}
