import { parseJson, readText } from '../../../base/http/body.ts'
import { Problem } from '../../../base/problem.ts'
import type { AuthContext } from '../../context.ts'
import { throttle } from '../../throttle/throttle.ts'
import { identityOf } from '../account/identity.ts'
import { faultOf, redirect, redirectError, upstreamProblem } from '../flow/answer.ts'
import { browserOf, fingerprintOf } from '../flow/browser.ts'
import { type Flow, openFlow, secretsOf } from '../flow/state.ts'
import { type Json, membersOf } from '../provider.ts'
import { type ChosenProvider, callbackUrl, chosenProvider, type Providers } from '../providers.ts'
import { UpstreamError } from '../upstream/fetch.ts'
import { ProviderRefusal, type Redeemed, redeem } from '../upstream/redeem.ts'
import { knownProvider } from '../upstream/server.ts'
import { finishFlow } from './finish.ts'

const maxBodyBytes = 65_536

/**
 * `GET /callback`, and `POST /callback` of Apple: back from the provider. One trip, after those to the provider.
 *
 * One URL serves all providers. What keeps an answer of one from being taken for another's: the state names the provider,
 * `iss` and the ID token name the issuer (RFC 9207, RFC 9700 §4.4), and the verifier fits one flow alone.
 *
 * All that goes wrong is told where the app waits; without a state that is good, that is the site.
 */
export function callback(providers: Providers): (context: AuthContext) => Promise<Response> {
  return async (context) => {
    const { settings } = context.get('server')
    let target = settings.siteUrl
    try {
      const parameters = await parametersOf(context)
      const { flow, chosen, state } = openedFlow(context, providers, parameters)
      target = flow.redirectTo
      const pass = await throttle(context, 'sign_in')
      const redeemed = await redeemFlow(context, chosen, state, parameters)
      const url = await finishFlow(context, flow, redeemed)
      pass.succeeded()
      return redirect(context, url)
    } catch (error) {
      if (error instanceof Problem) return redirectError(context, target, faultOf(error))
      if (!(error instanceof ProviderRefusal)) throw error
      return redirectError(context, target, {
        error: error.error,
        code: null,
        description: error.description,
      })
    }
  }
}

async function parametersOf(context: AuthContext): Promise<URLSearchParams> {
  if (context.req.method !== 'POST') return new URL(context.req.url).searchParams
  const rules = { maxBytes: maxBodyBytes, invalid: 'bad_oauth_callback' as const }
  return new URLSearchParams(await readText(context.req.raw, rules))
}

interface OpenedFlow {
  readonly flow: Flow
  readonly chosen: ChosenProvider
  readonly state: string
}

/** @throws Problem bad_oauth_callback, bad_oauth_state */
function openedFlow(context: AuthContext, providers: Providers, parameters: URLSearchParams): OpenedFlow {
  const server = context.get('server')
  const state = parameters.get('state') ?? ''
  if (state === '') throw new Problem('bad_oauth_callback', { message: 'OAuth state parameter missing' })
  const flow = openFlow(state, server, server.clock.nowMilliseconds())
  if (flow === null) throw new Problem('bad_oauth_state', { message: 'OAuth state not found or expired' })
  const chosen = chosenProvider(context, providers, flow.provider)
  if (!isSameBrowser(context, flow, chosen)) {
    throw new Problem('bad_oauth_state', { message: 'This sign-in was begun in another browser.' })
  }
  return { flow, chosen, state }
}

function isSameBrowser(
  context: AuthContext,
  { browser, link, challenge }: Flow,
  { provider }: ChosenProvider,
): boolean {
  if (link === null) return browserOf(context, provider) === browser
  // With PKCE the app's verifier tells, when the code is exchanged.
  return challenge !== null || fingerprintOf(context) === browser
}

async function redeemFlow(
  context: AuthContext,
  { provider, client }: ChosenProvider,
  state: string,
  parameters: URLSearchParams,
): Promise<Redeemed & { readonly identity: NonNullable<ReturnType<typeof identityOf>> }> {
  const { settings, clock } = context.get('server')
  const nowMilliseconds = clock.nowMilliseconds()
  try {
    const known = await knownProvider(provider, nowMilliseconds)
    const redeemed = await redeem(known, client, {
      parameters,
      posted: postedUser(parameters),
      state,
      redirectUri: callbackUrl(context),
      ...secretsOf(state, settings.serverSecret),
      nowMilliseconds,
    })
    const identity = identityOf(provider, redeemed.profile, nowMilliseconds)
    if (identity === null) throw new UpstreamError('the provider gives a subject that is too long')
    return { ...redeemed, identity }
  } catch (error) {
    throw error instanceof UpstreamError ? upstreamProblem(context, provider.name, error) : error
  }
}

/** https://developer.apple.com/documentation/signinwithapple/configuring-your-webpage-for-sign-in-with-apple */
function postedUser(parameters: URLSearchParams): Json {
  const user = parameters.get('user')
  return user === null ? {} : membersOf(parseJson(user, 'bad_oauth_callback'))
}
