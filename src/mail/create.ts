import { type Bindings, optionalText, text } from '../base/settings.ts'
import { resend } from './driver/resend.ts'
import type { Mail } from './mail.ts'

/**
 * The driver that the bindings ask for; null where there is none, and then no mail is sent.
 * @throws Problem UNAVAILABLE_CONFIGURATION that names the binding that is missing beside the others
 */
export function mailOf(bindings: Bindings): Mail | null {
  const apiKey = optionalText(bindings, 'RESEND_API_KEY')
  if (apiKey === null) return null
  const from = text(bindings, 'MAIL_FROM', 'whom mails are from, as `Shop <mail@shop.example>`')
  return resend({ url: optionalText(bindings, 'RESEND_URL') ?? 'https://api.resend.com', apiKey, from })
}
