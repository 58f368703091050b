/** A mail as it is sent. */
export interface Message {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Sends mail. A driver is a plain object from a factory. */
export interface Mail {
  /** @throws MailError when it was not taken */
  send(message: Message): Promise<void>
}

/** Why a mail was not taken: never its content, or to whom it went. */
export class MailError extends Error {
  override readonly name = 'MailError'
}
