import { type Bindings, text } from '../../base/settings.ts'
import type { Provider } from './provider.ts'

/** Who this server is at a provider. */
export interface ProviderClient {
  readonly id: string
  /** Whom ID tokens may be for: this server, and native apps of the same owner. */
  readonly audiences: readonly string[]
  readonly credential: SharedSecret | AppleKey
}

export interface SharedSecret {
  readonly kind: 'post' | 'basic'
  readonly secret: string
}

/** Of which the client secret is made. */
export interface AppleKey {
  readonly kind: 'apple'
  readonly teamId: string
  readonly keyId: string
  /** PKCS #8, PEM. */
  readonly privateKey: string
}

/** @throws Problem UNAVAILABLE_CONFIGURATION that names the binding that is missing, never its value */
export function clientOf(provider: Provider, bindings: Bindings): ProviderClient {
  const { name, bindings: prefix } = provider
  const [id = '', ...others] = text(bindings, `${prefix}_CLIENT_ID`, `the client ID at ${name}`)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  return { id, audiences: [id, ...others], credential: credentialOf(provider, bindings) }
}

function credentialOf(provider: Provider, bindings: Bindings): ProviderClient['credential'] {
  const { name, bindings: prefix, credential } = provider
  if (credential !== 'apple') {
    return {
      kind: credential,
      secret: text(bindings, `${prefix}_CLIENT_SECRET`, `the client secret at ${name}`),
    }
  }
  return {
    kind: 'apple',
    teamId: text(bindings, `${prefix}_TEAM_ID`, 'the ID of the team at Apple'),
    keyId: text(bindings, `${prefix}_KEY_ID`, 'the ID of the key for Sign in with Apple'),
    privateKey: text(bindings, `${prefix}_PRIVATE_KEY`, 'what stands in the .p8 file of the key'),
  }
}
