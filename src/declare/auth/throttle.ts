/** So many in so many seconds: as many at once, and then one after the other as time goes by. */
export interface Rate {
  readonly most: number
  readonly seconds: number
}

/** What is counted: each has its own rates. */
export type ThrottleKind =
  /** Passwords that are tried, where somebody signs in or sets another one; the right one counts for nothing. */
  | 'sign_in'
  | 'sign_up'
  | 'anonymous'
  | 'refresh'
  /** What sends a mail. */
  | 'mail'
  /** Codes and links of mails that are used. */
  | 'verify'
  /** Codes of second factors that are tried. */
  | 'factor'

/** By whom it is counted. */
export interface ThrottleRates {
  /** By network: an IPv4 address, the first 64 bits of one of IPv6; sixteen times as many by its first 48 bits. */
  readonly network?: Rate
  /** By account and network together. */
  readonly pair?: Rate
  /** By account, over all networks from which nobody came into it before. */
  readonly account?: Rate
}

/** Instead of the defaults; what is left out stays as it is. */
export type ThrottleDeclaration = Partial<Readonly<Record<ThrottleKind, ThrottleRates>>>
