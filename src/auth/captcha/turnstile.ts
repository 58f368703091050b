import type { CaptchaProvider } from '../../declare/auth/captcha.ts'
import { captcha } from './captcha.ts'
import { verifyTurnstile } from './siteverify.ts'

/** Cloudflare Turnstile, with its secret in the binding TURNSTILE_SECRET: `auth: { captcha: turnstile() }`. */
export function turnstile(): CaptchaProvider {
  return captcha({
    name: 'turnstile',
    secretBinding: 'TURNSTILE_SECRET',
    urlBinding: 'TURNSTILE_URL',
    verify: verifyTurnstile,
  })
}
