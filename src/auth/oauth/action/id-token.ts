import { boolean, nullish, object, string } from 'valibot'
import { nodeCrypto } from '../../../base/crypto.ts'
import { Problem } from '../../../base/problem.ts'
import { refusalOfUser } from '../../account/make.ts'
import { userCaller } from '../../caller.ts'
import type { AuthContext } from '../../context.ts'
import { readBody } from '../../credentials.ts'
import { confirm } from '../../profile/confirm.ts'
import { profileTables } from '../../profile/profile.ts'
import { startSession } from '../../session/start.ts'
import { tellOfNewDevice } from '../../session/tell.ts'
import { throttle } from '../../throttle/throttle.ts'
import { arrive } from '../account/arrive.ts'
import { type ForeignIdentity, identityOf } from '../account/identity.ts'
import { givenWish, link, refusalOfLink, tellOfLink, wishOf } from '../account/link.ts'
import { upstreamProblem } from '../flow/answer.ts'
import { type ChosenProvider, chosenProvider, type Providers } from '../providers.ts'
import { UpstreamError } from '../upstream/fetch.ts'
import { IdTokenError, verifyIdToken } from '../upstream/id-token.ts'
import { knownProvider } from '../upstream/server.ts'

const idTokenBody = object({
  provider: string(),
  id_token: string(),
  access_token: nullish(string()),
  nonce: nullish(string()),
  link_identity: nullish(boolean()),
})

/**
 * `POST /token?grant_type=id_token`: for apps that have signed in at the provider themselves (`signInWithIdToken`, and
 * `linkIdentity` with a token). One trip, and two as `confirm` says; the provider's keys are asked for once in ten minutes
 * and isolate.
 * @throws Problem validation_failed, invalid_credentials of a token that is not good, unexpected_failure of a provider that
 *   cannot be asked, over_request_rate_limit; signup_disabled, user_banned; of a link no_authorization, session_not_found, identity_already_exists
 */
export function signInWithIdToken(providers: Providers): (context: AuthContext) => Promise<Response> {
  return async (context) => {
    const timing = context.get('timing')
    const body = await readBody(context.req.raw, idTokenBody)
    const chosen = chosenProvider(context, providers, body.provider)
    const pass = await throttle(context, 'sign_in')
    const now = context.get('server').clock.nowMilliseconds()
    const identity = await identityIn(context, chosen, body, now)
    timing.mark('parse')
    const enter = body.link_identity === true ? linkIn : signIn
    const response = await enter(context, identity, now)
    pass.succeeded()
    return response
  }
}

async function signIn(context: AuthContext, identity: ForeignIdentity, now: number): Promise<Response> {
  const server = context.get('server')
  const timing = context.get('timing')
  const arrival = arrive(context, identity, now)
  const session = startSession(context, { whose: arrival.whose, method: 'oauth', nowMilliseconds: now })
  try {
    const { statements: before, whose, look } = arrival
    const touched = profileTables(server)
    const results = await confirm(context, { before, whose, look, after: session.statements, touched })
    timing.mark('db')
    const { account, isLinked } = arrival.outcomeOf(results)
    const signedIn = session.outcomeOf(results)
    if (signedIn === null) throw new Problem('invalid_credentials')
    if (isLinked) tellOfLink(context, account, identity.provider, now)
    tellOfNewDevice(context, signedIn, now)
    return await session.respond(signedIn)
  } catch (error) {
    throw refusalOfUser(error)
  }
}

async function linkIn(context: AuthContext, identity: ForeignIdentity, now: number): Promise<Response> {
  const timing = context.get('timing')
  const { id: userId, sessionId } = userCaller(context)
  const linking = link(context, givenWish(wishOf({ userId, sessionId }, identity)), now)
  const session = startSession(context, { whose: linking.whose, method: 'oauth', nowMilliseconds: now })
  try {
    const statements = [...linking.statements, ...session.statements]
    const results = await context.get('database').transact(statements, timing)
    timing.mark('db')
    const account = linking.outcomeOf(results)
    const signedIn = session.outcomeOf(results)
    if (account === null || signedIn === null) throw new Problem('session_not_found')
    tellOfLink(context, account, identity.provider, now)
    return await session.respond(signedIn)
  } catch (error) {
    throw refusalOfLink(error)
  }
}

async function identityIn(
  context: AuthContext,
  { provider, client }: ChosenProvider,
  given: {
    readonly id_token: string
    readonly access_token?: string | null | undefined
    readonly nonce?: string | null | undefined
  },
  nowMilliseconds: number,
): Promise<ForeignIdentity> {
  if (!provider.isOpenId) {
    throw new Problem('validation_failed', {
      message: 'This provider has no ID tokens: sign in by a redirect.',
    })
  }
  try {
    const claims = await verifyIdToken(given.id_token, await knownProvider(provider, nowMilliseconds), {
      audiences: client.audiences,
      accessToken: given.access_token ?? null,
      nowMilliseconds,
    })
    requireNonce(claims.nonce, given.nonce ?? '')
    const profile = provider.profile({ claims, documents: [], posted: {} })
    const identity = profile && identityOf(provider, profile, nowMilliseconds)
    if (identity === null) throw new IdTokenError('The ID token says of nobody who they are.')
    return identity
  } catch (error) {
    if (error instanceof UpstreamError) throw upstreamProblem(context, provider.name, error)
    if (error instanceof IdTokenError) throw new Problem('invalid_credentials', { message: error.message })
    throw error
  }
}

/** GoTrue's rule: the provider was given the hash of the nonce, and here is the nonce; or there is none at all. */
function requireNonce(claimed: unknown, given: string): void {
  if (claimed === undefined || claimed === '') {
    if (given === '') return
    throw new IdTokenError('Passed nonce and nonce in id_token should either both exist or not.')
  }
  if (given === '')
    throw new IdTokenError('Passed nonce and nonce in id_token should either both exist or not.')
  if (nodeCrypto().hash('sha256', given, 'hex') !== claimed) throw new IdTokenError('Nonces mismatch')
}
