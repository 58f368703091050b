/** What a provider answered, as JSON has it. */
export type Json = Readonly<Record<string, unknown>>

/**
 * A provider, as one flat record: where it is, how it is asked, and how what it says is read. The functions in `provider/`
 * make them; another one is another record. All URLs come from the author's code, or from the issuer that it names.
 */
export interface Provider {
  /** As clients name it: GoTrue's name (`google`, `azure`, `linkedin_oidc`), where it has one. */
  readonly name: string
  /** What the names of its bindings begin with: `OAUTH_GOOGLE`. */
  readonly bindings: string
  /** What `iss` must be (RFC 9207, OpenID Connect Core §3.1.3.7). `{tenantid}` stands for the claim `tid` of Microsoft. */
  readonly issuer: string
  /** Whether an ID token says who somebody is; else what `userinfo` answers does. */
  readonly isOpenId: boolean
  /** Null: discovered from the issuer (OpenID Connect Discovery §4). */
  readonly endpoints: Endpoints | null
  readonly scopes: readonly string[]
  /** Of the authorization request, beside those of the protocol. */
  readonly parameters: Readonly<Record<string, string>>
  /** How this server shows who it is: a secret in the body, in a header, or a JWT that Apple's key signs. */
  readonly credential: 'post' | 'basic' | 'apple'
  /** @returns null when it says of nobody who they are */
  profile(said: Said): Person | null
}

export interface Endpoints {
  readonly authorization: string
  readonly token: string
  /** Keys of its ID tokens; null where it has none. */
  readonly jwks: string | null
  /** Asked with the access token, one after another. */
  readonly userinfo: readonly string[]
}

/** All that a provider said of somebody in one sign-in. */
export interface Said {
  /** Of a verified ID token; empty without one. */
  readonly claims: Json
  /** What `userinfo` answered, in its order. */
  readonly documents: readonly unknown[]
  /** What Apple posts beside the code, once. It comes through the browser: nothing in it is proven. */
  readonly posted: Json
}

/** Who somebody is at a provider. */
export interface Person {
  /** What the provider never gives to anybody else; a provider that did could not be found out. */
  readonly sub: string
  readonly email: string | null
  /** Only what the provider says itself: an address that it does not speak for is not verified. */
  readonly isEmailVerified: boolean
  readonly name: string | null
  readonly userName: string | null
  readonly avatarUrl: string | null
}

/** Such as OpenID Connect Core §5.1 has it. */
export function standardProfile(claims: Json): Person | null {
  const sub = textIn(claims, 'sub')
  if (sub === null) return null
  return {
    sub,
    email: textIn(claims, 'email'),
    isEmailVerified: isTrue(claims.email_verified),
    name: textIn(claims, 'name'),
    userName: textIn(claims, 'preferred_username'),
    avatarUrl: textIn(claims, 'picture'),
  }
}

/** Null of what is no text, or empty. */
export function textIn(json: Json, name: string): string | null {
  const value = json[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** Apple, LinkedIn and Microsoft write truth as a text or a number at times. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1'
}

/** The members of an object; none of anything else. */
export function membersOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
