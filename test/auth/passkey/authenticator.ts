import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** How an authenticator is asked, and how it goes wrong. */
export interface Ceremony {
  readonly challenge: string
  readonly origin?: string
  readonly rpId?: string
  readonly isUserVerified?: boolean
  readonly isUserPresent?: boolean
  readonly counter?: number
  /** Whom it believes the credential to be of. */
  readonly userHandle?: string
  /** What the client says it was asked for. */
  readonly type?: string
}

const site = { origin: 'http://site.test', rpId: 'site.test' }
const text = (value: string) => Buffer.from(value).toString('base64url')

/** An authenticator with one credential, as a browser hands over what it says (WebAuthn Level 3 §6). */
export function softAuthenticator(userId: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(32)
  let counter = 0

  const clientData = (asked: Ceremony, type: string) =>
    Buffer.from(
      JSON.stringify({
        type: asked.type ?? type,
        challenge: asked.challenge,
        origin: asked.origin ?? site.origin,
        crossOrigin: false,
      }),
    )
  const authenticatorData = (asked: Ceremony, attested: Uint8Array | null) => {
    counter = asked.counter ?? counter + 1
    const flags =
      (asked.isUserPresent === false ? 0 : 1) | (asked.isUserVerified === false ? 0 : 4) | (attested ? 64 : 0)
    const head = Buffer.alloc(5)
    head.writeUInt8(flags, 0)
    head.writeUInt32BE(counter, 1)
    const rpIdHash = createHash('sha256')
      .update(asked.rpId ?? site.rpId)
      .digest()
    return Buffer.concat([rpIdHash, head, attested ?? Buffer.alloc(0)])
  }
  const shared = { id: id.toString('base64url'), rawId: id.toString('base64url'), type: 'public-key' }

  return {
    credentialId: shared.id,
    create(asked: Ceremony) {
      const cose = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Uint8Array.from(Buffer.from(x, 'base64url'))],
        [-3, Uint8Array.from(Buffer.from(y, 'base64url'))],
      ])
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, id, isoCBOR.encode(cose)])
      const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', Uint8Array.from(authenticatorData(asked, attested))],
      ])
      return {
        ...shared,
        response: {
          clientDataJSON: clientData(asked, 'webauthn.create').toString('base64url'),
          attestationObject: Buffer.from(isoCBOR.encode(attestation)).toString('base64url'),
          transports: ['internal'],
        },
        clientExtensionResults: {},
      }
    },
    get(asked: Ceremony) {
      const client = clientData(asked, 'webauthn.get')
      const data = authenticatorData(asked, null)
      const hash = createHash('sha256').update(client).digest()
      return {
        ...shared,
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', Buffer.concat([data, hash]), privateKey).toString('base64url'),
          userHandle: text(asked.userHandle ?? userId),
        },
        clientExtensionResults: {},
      }
    },
  }
}
