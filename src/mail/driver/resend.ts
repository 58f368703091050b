import { type Driver, MailError } from '../mail.ts'

export interface ResendOptions {
  /** `https://api.resend.com`, or what speaks like it. */
  readonly url: string
  readonly apiKey: string
  /** `Name <address>`. */
  readonly from: string
  /** Default: 10,000. */
  readonly timeoutMilliseconds?: number
}

/** https://resend.com/docs/api-reference/emails/send-email, with its `Idempotency-Key`. */
export function resend({ url, apiKey, from, timeoutMilliseconds = 10_000 }: ResendOptions): Driver {
  return {
    async deliver({ to, subject, text, html }, key) {
      const response = await answered(
        fetch(`${url}/emails`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${apiKey}`,
            'content-type': 'application/json',
            'idempotency-key': key,
          },
          body: JSON.stringify({ from, to: [to], subject, text, html }),
          signal: AbortSignal.timeout(timeoutMilliseconds),
        }),
      )
      await response.body?.cancel()
      const { ok, status } = response
      if (!ok) {
        const isTransient = status === 429 || status >= 500
        throw new MailError(`the mail provider answered ${status}`, { isTransient })
      }
    },
  }
}

async function answered(asked: Promise<Response>): Promise<Response> {
  try {
    return await asked
  } catch {
    // What the platform says may name the address of a proxy; that there was no answer says enough.
    throw new MailError('the mail provider did not answer', { isTransient: true })
  }
}
