import type { CaptchaProvider } from './captcha.ts'
import type { MailDeclaration } from './mail.ts'
import type { PasswordDeclaration } from './password.ts'
import type { ThrottleDeclaration } from './throttle.ts'

/** How long sessions last. */
export interface SessionDeclaration {
  /** A session ends so many hours after it began, however often it is refreshed. Default: never. */
  readonly timeBoxHours?: number
  /** A session ends when it is not refreshed for so many hours. Default: 90 days. */
  readonly inactivityHours?: number
}

/** A way of signing in that not every backend has; who takes it not in has nothing of it. Made by `passkeys()` and its like. */
export interface SignInFeature {
  readonly name: string
}

/** Somebody for whom a token is made, as their account says. */
export interface ClaimsUser {
  readonly id: string
  /** Null of who has given none. */
  readonly email: string | null
  readonly role: string
  /** Roles beside `role`. */
  readonly roles: readonly string[]
  readonly isAnonymous: boolean
  /** What only the server changes. */
  readonly appMetadata: Readonly<Record<string, unknown>>
  /** What the user changes as they like: nothing to decide by. */
  readonly userMetadata: Readonly<Record<string, unknown>>
}

type Claims = Readonly<Record<string, unknown>>

/** How people sign in. */
export interface AuthDeclaration {
  /** Whether an address must be confirmed by mail before its owner is signed in, and has a `profile`. Default: no. */
  readonly confirmEmail?: boolean
  /** Whether somebody may have an account without saying who they are. Default: no. */
  readonly anonymous?: boolean
  readonly password?: PasswordDeclaration
  /** Who tells people from programs, in front of what sends mails, makes accounts or tries passwords. Default: nobody. */
  readonly captcha?: CaptchaProvider
  /**
   * Where a link in a mail, or a provider, may send people back to, beside SITE_URL: whole URLs, compared exactly
   * (RFC 9700 §4.1.1); a query of their own is no part of it.
   */
  readonly redirectUrls?: readonly string[]
  readonly sessions?: SessionDeclaration
  /**
   * Claims of access tokens beside the server's own, for policies (`caller.claim('org_id')`) and for other services. It is
   * asked each time a token is made, so what it says is at most an hour old; it looks at nothing but its argument.
   * No registered claim (RFC 7519, RFC 9068, those of GoTrue), and at most 1,024 bytes as JSON.
   */
  claims?(user: ClaimsUser): Claims | Promise<Claims>
  /** What mails say. Default: as it is written here, in English. */
  readonly mail?: MailDeclaration
  /** How often things may be tried. Default: as GoTrue has it, and guessing is slowed by account, too. */
  readonly throttles?: ThrottleDeclaration
  /** Ways in beyond password and mail. */
  readonly features?: readonly SignInFeature[]
}
