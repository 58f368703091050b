import { type Driver, MailError } from '../mail.ts'

/** A `send_email` binding (https://developers.cloudflare.com/email-service/api/send-emails/workers-api/). */
export interface EmailBinding {
  send(message: {
    readonly to: string
    readonly from: string | { readonly email: string; readonly name: string }
    readonly subject: string
    readonly text: string
    readonly html: string
  }): Promise<unknown>
}

export interface CloudflareOptions {
  readonly binding: EmailBinding
  /** `Name <address>`. */
  readonly from: string
  /** Default: 10,000. */
  readonly timeoutMilliseconds?: number
}

/** What will not be taken later either: the message or the account is not right. All else may be. */
const lasting =
  /^E_(?:VALIDATION|FIELD|HEADER|CONTENT|SENDER|RECIPIENT|TOO_MANY_RECIPIENTS|DOMAIN|.*NOT_ALLOWED|.*SUPPRESSED)/

/** Cloudflare Email Service. */
export function cloudflareEmail({ binding, from, timeoutMilliseconds = 10_000 }: CloudflareOptions): Driver {
  const [, name = '', email = from] = /^(.*?)\s*<(.+)>$/.exec(from) ?? []
  const sender = name === '' ? email : { email, name: name.replace(/^"(.*)"$/, '$1') }
  return {
    async deliver({ to, subject, text, html }) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(noAnswer()), timeoutMilliseconds)
      })
      try {
        await Promise.race([binding.send({ from: sender, to, subject, text, html }), late])
      } catch (error) {
        throw error instanceof MailError ? error : refusal(error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

function noAnswer(): MailError {
  return new MailError('the mail provider did not answer', { isTransient: true })
}

/** An error has a `code`, such as E_RATE_LIMIT_EXCEEDED; its message may quote the address. */
function refusal(error: unknown): MailError {
  const given = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  const code = /^E_[A-Z_]{1,60}$/.test(given) ? given : 'an error'
  return new MailError(`the mail provider answered ${code}`, { isTransient: !lasting.test(given) })
}
