import { Problem } from '../base/problem.ts'
import { type Bindings, optionalText, text } from '../base/settings.ts'
import { cloudflareEmail, type EmailBinding } from './driver/cloudflare.ts'
import { resend } from './driver/resend.ts'
import type { Driver, Mail } from './mail.ts'
import { retried } from './retry.ts'

/**
 * The driver that the bindings ask for; null where there is none, and then no mail is sent.
 * @param isNeeded whether nobody could sign in without
 * @throws Problem UNAVAILABLE_CONFIGURATION that names the binding that is missing beside the others
 */
export function mailOf(bindings: Bindings, { isNeeded = false } = {}): Mail | null {
  const driver = driverOf(bindings)
  if (driver !== null) return retried(driver)
  if (!isNeeded) return null
  throw new Problem('UNAVAILABLE_CONFIGURATION', {
    message:
      'Addresses are to be confirmed by mail, and none can be sent: set RESEND_API_KEY, or bind EMAIL, and MAIL_FROM.',
    headers: { 'retry-after': '60' },
  })
}

function driverOf(bindings: Bindings): Driver | null {
  const apiKey = optionalText(bindings, 'RESEND_API_KEY')
  const { EMAIL: binding } = bindings
  if (apiKey === null && !isEmailBinding(binding)) return null
  const from = text(bindings, 'MAIL_FROM', 'whom mails are from, as `Shop <mail@shop.example>`')
  if (apiKey === null) return isEmailBinding(binding) ? cloudflareEmail({ binding, from }) : null
  return resend({ url: optionalText(bindings, 'RESEND_URL') ?? 'https://api.resend.com', apiKey, from })
}

function isEmailBinding(given: unknown): given is EmailBinding {
  return typeof given === 'object' && given !== null && 'send' in given
}
