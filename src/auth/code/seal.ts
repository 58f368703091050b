import { nodeCrypto, seal, unseal } from '../../base/crypto.ts'

/** What a provider gave: `auth-js` hands it on to the client, and it is kept nowhere else. */
export type ProviderTokens = {
  readonly provider_token?: string
  readonly provider_refresh_token?: string
}

/** Sealed with a key made of the code: who reads the table has the code's hash, and no key. */
export function sealProviderTokens(code: string, tokens: ProviderTokens): string {
  return seal(keyOf(code), JSON.stringify(tokens))
}

/** @throws TypeError on what was not sealed with this code */
export function openProviderTokens(code: string, sealed: string): ProviderTokens {
  const json = unseal(keyOf(code), sealed)
  if (json === null) throw new TypeError('the tokens of a provider were sealed with another code')
  return JSON.parse(json)
}

/** Of another purpose than the hash that is kept. */
function keyOf(code: string): Uint8Array {
  return nodeCrypto().createHmac('sha256', code).update('provider tokens').digest()
}
