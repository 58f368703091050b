import { type Mail, MailError } from '../mail.ts'

export interface ResendOptions {
  /** `https://api.resend.com`, or what speaks like it. */
  readonly url: string
  readonly apiKey: string
  /** `Name <address>`. */
  readonly from: string
}

const timeoutMilliseconds = 10_000

/** https://resend.com/docs/api-reference/emails/send-email */
export function resend({ url, apiKey, from }: ResendOptions): Mail {
  return {
    async send({ to, subject, text, html }) {
      const response = await fetch(`${url}/emails`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ from, to: [to], subject, text, html }),
        signal: AbortSignal.timeout(timeoutMilliseconds),
      })
      await response.body?.cancel()
      if (!response.ok) throw new MailError(`the mail provider answered ${response.status}`)
    },
  }
}
