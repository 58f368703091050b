/** How long sessions last. */
export interface SessionDeclaration {
  /** A session ends so many hours after it began, however often it is refreshed. Default: never. */
  readonly timeBoxHours?: number
  /** A session ends when it is not refreshed for so many hours. Default: 90 days. */
  readonly inactivityHours?: number
}

/** A way of signing in that not every backend has: it is loaded when it is first used. Made by `passkeys()` and its like. */
export interface SignInFeature {
  readonly name: string
}

/** How people sign in. */
export interface AuthDeclaration {
  /** Whether an address must be confirmed by mail before its owner is signed in. Default: no. */
  readonly confirmEmail?: boolean
  /**
   * Where a link in a mail, or a provider, may send people back to, beside SITE_URL: whole URLs, compared exactly
   * (RFC 9700 §4.1.1); a query of their own is no part of it.
   */
  readonly redirectUrls?: readonly string[]
  readonly sessions?: SessionDeclaration
  /** Ways in beyond password and mail. */
  readonly features?: readonly SignInFeature[]
}
