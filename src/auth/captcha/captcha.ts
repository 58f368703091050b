import { equalInConstantTime } from '../../base/crypto.ts'
import { readJson } from '../../base/http/body.ts'
import { Problem } from '../../base/problem.ts'
import { type Bindings, text } from '../../base/settings.ts'
import type { CaptchaProvider } from '../../declare/auth/captcha.ts'
import type { AuthContext } from '../context.ts'
import { maxBodyBytes } from '../credentials.ts'

/** What a form's answer is asked about. */
export interface Asked {
  readonly token: string
  readonly secret: string
  /** Where to ask instead of the provider's own address: tests. */
  readonly url: string | null
  /** Of the client, where the edge says. */
  readonly address: string | null
}

export interface Captcha extends CaptchaProvider {
  /** The binding that holds the secret, and the one that holds another URL. */
  readonly secretBinding: string
  readonly urlBinding: string
  /** @throws Problem unexpected_failure when nobody answers */
  verify(asked: Asked): Promise<boolean>
}

const captchas = new WeakSet<CaptchaProvider>()

export function captcha(made: Captcha): CaptchaProvider {
  captchas.add(made)
  return made
}

function isCaptcha(given: CaptchaProvider): given is Captcha {
  return captchas.has(given)
}

/**
 * What a backend that asks for one needs.
 * @throws TypeError on what no factory has made; Problem UNAVAILABLE_CONFIGURATION that names the secret that is missing
 */
export function checkCaptcha(provider: CaptchaProvider | undefined, bindings: Bindings): void {
  if (provider === undefined) return
  if (!isCaptcha(provider))
    throw new TypeError(`auth.captcha: '${provider.name}' was made by no function that makes one`)
  text(bindings, provider.secretBinding, `the secret of ${provider.name}`)
}

/** Where programs would try what people do, as GoTrue has it; of `/token` the grants that begin with something known. */
const guarded: ReadonlySet<string> = new Set([
  '/signup',
  '/otp',
  '/magiclink',
  '/recover',
  '/resend',
  '/token',
])
const unguardedGrants: ReadonlySet<string> = new Set(['refresh_token', 'pkce', 'authorization_code'])

/**
 * In front of what sends mails, makes accounts or tries passwords: asks whether the form was sent by a person, by
 * `gotrue_meta_security.captcha_token` of the body, unless the secret key is there.
 * @throws Problem captcha_failed; unexpected_failure when the provider does not answer
 */
export async function requireCaptcha(context: AuthContext, next: () => Promise<void>): Promise<void> {
  const { backend, bindings, settings } = context.get('server')
  const provider = backend.auth?.captcha
  const { method, raw } = context.req
  const path = context.req.path.replace(/^.*\/auth\/v1/, '')
  const isGuarded =
    method === 'POST' &&
    guarded.has(path) &&
    !unguardedGrants.has(context.req.query('grant_type') ?? '') &&
    !equalInConstantTime(raw.headers.get('apikey') ?? '', settings.secretKey)
  if (provider !== undefined && isCaptcha(provider) && isGuarded) {
    const token = tokenIn(await readJson(raw.clone(), { maxBytes: maxBodyBytes, invalid: 'bad_json' }))
    if (token === null) throw failed('no captcha_token found in request')
    const url = bindings[provider.urlBinding]
    const isPerson = await provider.verify({
      token,
      secret: text(bindings, provider.secretBinding, `the secret of ${provider.name}`),
      url: typeof url === 'string' && url !== '' ? url : null,
      address: raw.headers.get('cf-connecting-ip'),
    })
    if (!isPerson) throw failed('the captcha was not solved, or is too old')
  }
  await next()
}

/** GoTrue's words, which clients look for. */
function failed(reason: string): Problem {
  return new Problem('captcha_failed', { message: `captcha protection: request disallowed (${reason})` })
}

function tokenIn(body: unknown): string | null {
  const token = memberOf(memberOf(body, 'gotrue_meta_security'), 'captcha_token')
  return typeof token === 'string' && token !== '' && token.length <= 2_048 ? token : null
}

function memberOf(value: unknown, name: string): unknown {
  const members: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {}
  return Object.hasOwn(members, name) ? members[name] : undefined
}
