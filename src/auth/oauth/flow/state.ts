import { randomText, seal, signature, unseal } from '../../../base/crypto.ts'
import { behindTenant, type Named, tenantInState, tenantInUrls } from '../../url/tenant.ts'

/**
 * A way to a provider and back. It is carried in `state`, sealed, so that nothing is written until somebody comes back; what
 * is written then is that they did, for a state is good once.
 */
export interface Flow {
  /** 128 random bits, base64url. */
  readonly id: string
  readonly provider: string
  /** One of the backend's: it was compared when the flow began. */
  readonly redirectTo: string
  /** RFC 7636, of the app; null of one that wants tokens in the fragment. */
  readonly challenge: string | null
  /** By what the browser is known when it comes back (`browserOf`, `fingerprintOf`); '' where the app's verifier says so. */
  readonly browser: string
  /** Null of a sign-in. */
  readonly link: Link | null
  /** In milliseconds. */
  readonly expiresAt: number
}

/** Who wants another way in, and the session that says so: it must still stand in the end. */
export interface Link {
  readonly userId: string
  readonly sessionId: string
}

/** For a person who has to make an account at the provider first. */
export const flowMilliseconds = 600_000

export function newFlowId(): string {
  return randomText(16)
}

/**
 * Sealed with the tenant's own secret, behind its name where URLs do not say it: so it is known of which tenant somebody
 * comes back. As short as it can be: X takes 500 characters.
 */
export function sealFlow(flow: Flow, server: Named): string {
  const { id, provider, redirectTo, challenge, browser, link, expiresAt } = flow
  const parts = [
    id,
    provider,
    redirectTo,
    challenge,
    browser,
    expiresAt,
    ...(link === null ? [] : [link.userId, link.sessionId]),
  ]
  const sealed = seal(keyOf(server.settings.serverSecret), JSON.stringify(parts))
  return behindTenant(tenantInUrls(server), sealed)
}

/** Null of what this server did not seal for this tenant, and of what has run out. */
export function openFlow(state: string, server: Named, nowMilliseconds: number): Flow | null {
  const tenant = tenantInUrls(server)
  if (tenantInState(state) !== tenant) return null
  const text = unseal(keyOf(server.settings.serverSecret), state.slice(behindTenant(tenant, '').length))
  if (text === null) return null
  const [id, provider, redirectTo, challenge, browser, expiresAt, userId, sessionId]: SealedFlow =
    JSON.parse(text)
  if (expiresAt <= nowMilliseconds) return null
  const link = userId === undefined || sessionId === undefined ? null : { userId, sessionId }
  return { id, provider, redirectTo, challenge, browser, link, expiresAt }
}

function keyOf(serverSecret: string): Uint8Array {
  return Buffer.from(signature(serverSecret, 'oauth-state', 'key'), 'base64url')
}

type SealedFlow = readonly [string, string, string, string | null, string, number, string?, string?]

/** What the provider is shown of, and what nobody else can make: nothing of it is kept anywhere. */
export function secretsOf(
  state: string,
  serverSecret: string,
): { readonly verifier: string; readonly nonce: string } {
  return {
    verifier: signature(serverSecret, 'oauth-verifier', state),
    nonce: signature(serverSecret, 'oauth-nonce', state),
  }
}
