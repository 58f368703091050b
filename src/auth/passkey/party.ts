import type { AuthContext } from '../context.ts'

export interface PasskeyOptions {
  /** What browsers show when they ask. Default: the name of the backend. */
  readonly rpName?: string
  /** The domain that credentials are for, such as `shop.example`. Default: that of SITE_URL. Another one, and all are lost. */
  readonly rpId?: string
  /** Where pages may ask for them: whole origins, compared exactly. Default: that of SITE_URL. */
  readonly origins?: readonly string[]
}

/** Whom a credential is for (WebAuthn Level 3 §4). Never what a request says. */
export interface RelyingParty {
  readonly name: string
  readonly id: string
  readonly origins: readonly string[]
}

/** @throws TypeError on what is no domain, or no origin of it */
export function checkOptions({ rpId, origins = [] }: PasskeyOptions): void {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`passkeys: '${origin}' is no origin, such as https://shop.example`)
    }
    const { hostname } = new URL(origin)
    if (rpId !== undefined && hostname !== rpId && !hostname.endsWith(`.${rpId}`)) {
      throw new TypeError(`passkeys: the origin ${origin} does not belong to rpId '${rpId}'`)
    }
  }
  if (rpId !== undefined && !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(rpId)) {
    throw new TypeError(`passkeys: rpId '${rpId}' is no domain, such as shop.example`)
  }
}

export function partyOf(context: AuthContext, { rpName, rpId, origins }: PasskeyOptions): RelyingParty {
  const { settings, backend } = context.get('server')
  const site = new URL(settings.siteUrl)
  // Browsers take no address for a relying party: in development pages are to be opened under the name.
  if (site.hostname === '127.0.0.1') site.hostname = 'localhost'
  return {
    name: rpName ?? backend.name,
    id: rpId ?? site.hostname,
    origins: origins ?? [site.origin],
  }
}
