import { nodeCrypto } from '../../base/crypto.ts'

/** What a provider gave: `auth-js` hands it on to the client, and it is kept nowhere else. */
export type ProviderTokens = {
  readonly provider_token?: string
  readonly provider_refresh_token?: string
}

const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM (SP 800-38D) under a key made of the code: who reads the table has the code's hash, and no key. */
export function sealProviderTokens(code: string, tokens: ProviderTokens): string {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
  const cipher = nodeCrypto().createCipheriv('aes-256-gcm', keyOf(code), iv)
  const sealed = [cipher.update(JSON.stringify(tokens), 'utf8'), cipher.final()]
  return Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url')
}

/** @throws Error of the platform on what was not sealed with this code */
export function openProviderTokens(code: string, sealed: string): ProviderTokens {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = nodeCrypto().createDecipheriv('aes-256-gcm', keyOf(code), bytes.subarray(0, ivBytes))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const opened = [decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]
  return JSON.parse(Buffer.concat(opened).toString('utf8'))
}

/** Of another purpose than the hash that is kept. */
function keyOf(code: string): Uint8Array {
  return nodeCrypto().createHmac('sha256', code).update('provider tokens').digest()
}
