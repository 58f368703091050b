import { sha256 } from '../../../base/crypto.ts'
import { Problem } from '../../../base/problem.ts'
import { challengeOf } from '../../code/challenge.ts'
import type { AuthContext } from '../../context.ts'
import { allowedRedirect } from '../../url/redirect.ts'
import { tenantParameter } from '../../url/tenant.ts'
import { faultOf, redirect, redirectError, upstreamProblem } from '../flow/answer.ts'
import { knownBrowser } from '../flow/browser.ts'
import { type Flow, flowMilliseconds, type Link, newFlowId, sealFlow, secretsOf } from '../flow/state.ts'
import { type ChosenProvider, callbackUrl, chosenProvider, type Providers } from '../providers.ts'
import { UpstreamError } from '../upstream/fetch.ts'
import { knownProvider } from '../upstream/server.ts'

/**
 * `GET /authorize?provider=…&redirect_to=…&scopes=…&code_challenge=…`: to the provider. No trip: all that is to be known in
 * the end goes along in `state`.
 * @throws Problem validation_failed, of a `redirect_to` that is not the backend's, too: nobody is sent there to hear of it
 */
export function authorize(providers: Providers): (context: AuthContext) => Promise<Response> {
  return async (context) => {
    const chosen = chosenProvider(context, providers, onlyQuery(context, 'provider'))
    const asked = askedOf(context)
    const { browser, cookie } = knownBrowser(context, chosen.provider)
    try {
      const url = await authorizationUrl(context, chosen, { ...asked, browser, link: null })
      return redirect(context, url, cookie)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const problem = upstreamProblem(context, chosen.provider.name, error)
      return redirectError(context, asked.redirectTo, faultOf(problem))
    }
  }
}

export interface Asked {
  readonly redirectTo: string
  readonly challenge: string | null
}

/** @throws Problem validation_failed */
export function askedOf(context: AuthContext): Asked {
  const given = onlyQuery(context, 'redirect_to')
  const redirectTo =
    given === undefined ? context.get('server').settings.siteUrl : allowedRedirect(context, given)
  if (redirectTo === null || redirectTo.length > longestRedirect) {
    throw new Problem('validation_failed', {
      message: 'redirect_to is none of the URLs that this backend redirects to.',
      hint: 'They are listed in `auth.redirectUrls`, and compared exactly.',
    })
  }
  const challenge = challengeOf({
    code_challenge: onlyQuery(context, 'code_challenge'),
    code_challenge_method: onlyQuery(context, 'code_challenge_method'),
  })
  return { redirectTo, challenge }
}

/** @throws Problem validation_failed; UpstreamError of an issuer that cannot be discovered */
export async function authorizationUrl(
  context: AuthContext,
  { provider, client }: ChosenProvider,
  way: Asked & { readonly browser: string; readonly link: Link | null },
): Promise<string> {
  const server = context.get('server')
  const { settings, clock } = server
  const now = clock.nowMilliseconds()
  const flow: Flow = { id: newFlowId(), provider: provider.name, ...way, expiresAt: now + flowMilliseconds }
  const state = sealFlow(flow, server)
  const { verifier, nonce } = secretsOf(state, settings.serverSecret)
  const { endpoints } = await knownProvider(provider, now)
  const parameters = {
    ...extraParameters(context),
    ...provider.parameters,
    client_id: client.id,
    response_type: 'code',
    redirect_uri: callbackUrl(context),
    scope: scopesOf(provider.scopes, onlyQuery(context, 'scopes') ?? ''),
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    ...(provider.isOpenId && { nonce }),
  }
  const url = new URL(endpoints.authorization)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** The state of a sealed flow has it in it, and stands in a URL. */
const longestRedirect = 1_000

/** A parameter that occurs twice is read one way here and another way there. @throws Problem validation_failed */
function onlyQuery(context: AuthContext, name: string): string | undefined {
  const [value, ...more] = context.req.queries(name) ?? []
  if (more.length > 0) throw new Problem('validation_failed', { message: `${name} must occur once.` })
  return value === '' ? undefined : value
}

/** Separated by spaces, as `auth-js` has them, or by commas, as GoTrue has. */
function scopesOf(scopes: readonly string[], asked: string): string {
  const more = asked.split(/[ ,]+/).filter((scope) => scope !== '')
  // RFC 6749 §3.3.
  if (asked.length > 1_000 || more.some((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    throw new Problem('validation_failed', { message: 'scopes must be a list of scopes.' })
  }
  return [...new Set([...scopes, ...more])].join(' ')
}

/** `queryParams` of `signInWithOAuth` (`prompt`, `access_type`, `login_hint`): for the provider, as GoTrue hands them on. */
function extraParameters(context: AuthContext): Readonly<Record<string, string>> {
  const given = Object.entries(context.req.query())
  const extra = given.filter(([name]) => !reserved.has(name.toLowerCase()))
  if (extra.length > 20 || extra.some(([name, value]) => name.length > 100 || value.length > 500)) {
    throw new Problem('validation_failed', { message: 'There is too much in the query.' })
  }
  return Object.fromEntries(extra)
}

/** What this server says itself, and what would be said instead of it (RFC 9101, RFC 9126). */
const reserved: ReadonlySet<string> = new Set([
  ...['provider', 'redirect_to', 'scopes', 'invite_token', 'skip_http_redirect', 'apikey', tenantParameter],
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'code', 'grant_type'],
  ...['response_type', 'response_mode', 'redirect_uri', 'scope', 'state', 'nonce', 'iss', 'resource'],
  ...['code_challenge', 'code_challenge_method', 'code_verifier', 'request', 'request_uri', 'registration'],
])
