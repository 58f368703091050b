import { SignJWT } from 'jose'
import { nodeCrypto } from '../../../base/crypto.ts'
import type { Account } from '../../account/account.ts'
import type { Algorithm, SigningKeys } from '../../token/keys.ts'
import { accessTokenSeconds } from '../../token/tokens.ts'
import { claimsOf } from '../claims.ts'
import { scopesIn } from '../rules.ts'

export interface IdTokenSubject {
  readonly account: Account
  readonly clientId: string
  readonly scope: string
  readonly nonce: string | null
  /** When the user signed in here. */
  readonly authMilliseconds: number
  /** That comes with it. */
  readonly accessToken: string
}

export interface IdTokenContext {
  readonly issuer: string
  readonly keys: SigningKeys
  readonly nowMilliseconds: number
}

/**
 * OpenID Connect Core §2, by the keys of access tokens; `typ` and `aud` tell one from the other, so that none is taken
 * for an access token.
 */
export function issueIdToken(subject: IdTokenSubject, context: IdTokenContext): Promise<string> {
  const { signing } = context.keys
  const { account, clientId, nonce } = subject
  const issuedAt = Math.floor(context.nowMilliseconds / 1_000)
  return new SignJWT({
    ...claimsOf(account, scopesIn(subject.scope)),
    iss: context.issuer,
    sub: account.id,
    aud: clientId,
    client_id: clientId,
    iat: issuedAt,
    exp: issuedAt + accessTokenSeconds,
    auth_time: Math.floor(subject.authMilliseconds / 1_000),
    ...(nonce !== null && { nonce }),
    at_hash: halfHash(subject.accessToken, signing.alg),
  })
    .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: 'JWT' })
    .sign(signing.privateKey)
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the algorithm of the signature uses. */
function halfHash(text: string, alg: Algorithm): string {
  const hash = nodeCrypto()
    .createHash(alg === 'ES256' ? 'sha256' : 'sha512')
    .update(text, 'ascii')
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
