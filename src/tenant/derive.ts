import { signature } from '../base/crypto.ts'
import type { Settings } from '../base/settings.ts'

/** What is a tenant's own. */
export interface TenantIdentity {
  readonly name: string
  /** Random, and another one when a name is given anew: then nothing of the former bearer of the name works. */
  readonly salt: string
  /** As `salt`, of its API keys alone, which may be rotated; null: the salt. */
  readonly keySalt: string | null
  /** `Settings.stay`. */
  readonly stay: string | null
  readonly databaseUrl: string
  /** `tenantUrl`. */
  readonly apiUrl: string
}

/**
 * The settings of one tenant: its database, and secrets and keys that are derived (RFC 2104) from the server's by the
 * tenant's name and salt. So whatever is signed, sealed or asked for by a key is nothing in another tenant. Keys that sign
 * access tokens are the same for all: whoever verifies those elsewhere checks `iss` (and `tenant`), too.
 *
 * Each member is written out, so that one that is added has to be decided upon: what belongs to the directory's
 * database must not reach a tenant.
 */
export function tenantSettings(server: Settings, tenant: TenantIdentity): Settings {
  const derive = (purpose: string, secret: string, salt: string): string =>
    signature(server.serverSecret, purpose, `${tenant.name}\0${salt}\0${secret}`)
  const keySalt = tenant.keySalt ?? tenant.salt
  return {
    tenant: tenant.name,
    stay: tenant.stay,
    apiUrl: tenant.apiUrl,
    // Without a SITE_URL the product is where its API is.
    siteUrl: server.siteUrl === server.apiUrl ? tenant.apiUrl : server.siteUrl,
    databaseUrl: tenant.databaseUrl,
    databaseToken: server.databaseToken,
    databasePlace: null,
    replicas: [],
    isHedged: false,
    // An isolate serves many of them, and each may have a server that is small.
    mostStreams: 0,
    isCaching: server.isCaching,
    publishableKey: `sb_publishable_${derive('tenant-publishable-key', server.publishableKey, keySalt)}`,
    secretKey: `sb_secret_${derive('tenant-secret-key', server.secretKey, keySalt)}`,
    signingKeys: server.signingKeys,
    serverSecret: derive('tenant-secret', '', tenant.salt),
  }
}
