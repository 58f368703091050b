/** A mail as it is sent. */
export interface Message {
  readonly to: string
  /** One line. */
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Sends mail. */
export interface Mail {
  /** @throws MailError when it was not taken, however often it was tried */
  send(message: Message): Promise<void>
}

/** A way to a provider: a plain object from a factory. */
export interface Driver {
  /**
   * Tries once, within ten seconds.
   * @param key names the mail: a provider that understands it sends what it is given twice only once
   * @throws MailError when it was not taken
   */
  deliver(message: Message, key: string): Promise<void>
}

/** Why a mail was not taken: never its content, or to whom it went. */
export class MailError extends Error {
  override readonly name = 'MailError'
  /** Whether it may be taken later. */
  readonly isTransient: boolean

  constructor(message: string, { isTransient }: { readonly isTransient: boolean }) {
    super(message)
    this.isTransient = isTransient
  }
}
