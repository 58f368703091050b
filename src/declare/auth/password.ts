/** Whether a password is the one of a hash that another program made. Made by `importedHashes()`. */
export interface HashVerifier {
  readonly name: string
}

/** What is asked of who sets a password. */
export interface PasswordDeclaration {
  /**
   * Whether a session that began more than 24 hours ago changes the password only with a code that is sent to the
   * confirmed address of the account. Default: yes.
   */
  readonly reauthenticate?: boolean
  /** Characters (code points). From 8, which is the default. */
  readonly minLength?: number
  /** Sets of characters, such as `'0123456789'`, of each of which a password has one. Default: none (SP 800-63B §5.1.1.2). */
  readonly requiredCharacters?: readonly string[]
  /** Whether passwords that were in breaches are refused: haveibeenpwned.com is asked, and told no password. Default: no. */
  readonly breached?: boolean
  /** So that users whose hashes were brought from elsewhere sign in. Default: only by having a new password set. */
  readonly imported?: HashVerifier
}
