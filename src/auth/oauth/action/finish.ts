import { Problem } from '../../../base/problem.ts'
import { integerValue, type Statement, textValue } from '../../../base/statement.ts'
import { refusalOfUser } from '../../account/make.ts'
import { issueCode } from '../../code/issue.ts'
import type { ProviderTokens } from '../../code/seal.ts'
import type { AuthContext } from '../../context.ts'
import { confirm } from '../../profile/confirm.ts'
import { profileTables } from '../../profile/profile.ts'
import { type SessionStart, startSession } from '../../session/start.ts'
import { tellOfNewDevice } from '../../session/tell.ts'
import { isTaken } from '../../tables/taken.ts'
import { withFragment, withQuery } from '../../url/redirect.ts'
import { arrive } from '../account/arrive.ts'
import { deferLink } from '../account/deferred.ts'
import type { ForeignIdentity } from '../account/identity.ts'
import { givenWish, link, refusalOfLink, tellOfLink, wishOf } from '../account/link.ts'
import type { Flow, Link } from '../flow/state.ts'
import type { Redeemed } from '../upstream/redeem.ts'

type Arriving = Redeemed & { readonly identity: ForeignIdentity }

/**
 * The one transaction of a callback: the state is used up, whose account it is gets decided, and there is a code for the app
 * or, for one without PKCE, a session.
 * @returns the URL of the app, with what it waits for
 * @throws Problem bad_oauth_state of a state that was used
 */
export async function finishFlow(context: AuthContext, flow: Flow, arriving: Arriving): Promise<string> {
  const now = context.get('server').clock.nowMilliseconds()
  try {
    if (flow.link !== null) return await finishLinking(context, { ...flow, link: flow.link }, arriving, now)
    return await finishSignIn(context, flow, arriving, now)
  } catch (error) {
    if (isTaken(error, 'auth_challenges.id'))
      throw new Problem('bad_oauth_state', { message: 'State has already been used' })
    throw flow.link === null ? refusalOfUser(error) : refusalOfLink(error)
  }
}

async function finishSignIn(
  context: AuthContext,
  flow: Flow,
  arriving: Arriving,
  now: number,
): Promise<string> {
  const { identity } = arriving
  const arrival = arrive(context, identity, now)
  const { whose, look } = arrival
  const use = useState(flow, now)
  const server = context.get('server')
  const run = async (last: readonly Statement[]) => {
    const before = [...use, ...arrival.statements]
    const touched = profileTables(server)
    const results = await confirm(context, { before, whose, look, after: last, touched })
    const { account, isLinked } = arrival.outcomeOf(results.slice(use.length))
    if (isLinked) tellOfLink(context, account, identity.provider, now)
    return results
  }
  if (flow.challenge !== null) {
    const challenge = { sql: '?', args: [textValue(flow.challenge)] }
    const providerTokens = tokensOf(arriving)
    const { code, statements } = issueCode({
      whose,
      method: 'oauth',
      challenge,
      nowMilliseconds: now,
      providerTokens,
    })
    await run(statements)
    return withQuery(flow.redirectTo, { code })
  }
  const session = startSession(context, { whose, method: 'oauth', nowMilliseconds: now })
  const signedIn = session.outcomeOf(await run(session.statements))
  return withSession(context, flow, arriving, { session, signedIn, now })
}

async function finishLinking(
  context: AuthContext,
  flow: Flow & { readonly link: Link },
  arriving: Arriving,
  now: number,
): Promise<string> {
  const { identity } = arriving
  const timing = context.get('timing')
  const database = context.get('database')
  const use = useState(flow, now)
  if (flow.challenge !== null) {
    const pkce = { challenge: flow.challenge, providerTokens: tokensOf(arriving) }
    const deferred = deferLink({ link: flow.link, identity }, pkce, now)
    const results = await database.transact([...use, ...deferred.statements], timing)
    deferred.requireKept(results.slice(use.length))
    return withQuery(flow.redirectTo, { code: deferred.code })
  }
  const linking = link(context, givenWish(wishOf(flow.link, identity)), now)
  const session = startSession(context, { whose: linking.whose, method: 'oauth', nowMilliseconds: now })
  const results = await database.transact([...use, ...linking.statements, ...session.statements], timing)
  const account = linking.outcomeOf(results.slice(use.length))
  if (account === null) throw new Problem('session_not_found')
  tellOfLink(context, account, identity.provider, now)
  return withSession(context, flow, arriving, { session, signedIn: session.outcomeOf(results), now })
}

/** As GoTrue hands a session to an app without PKCE: in the fragment, which no server sees. */
async function withSession(
  context: AuthContext,
  { redirectTo }: Flow,
  arriving: Arriving,
  {
    session,
    signedIn,
    now,
  }: { session: SessionStart; signedIn: ReturnType<SessionStart['outcomeOf']>; now: number },
): Promise<string> {
  if (signedIn === null) throw new Problem('session_not_found')
  tellOfNewDevice(context, signedIn, now)
  const { user, ...members } = { ...(await session.bodyOf(signedIn)), ...tokensOf(arriving) }
  return withFragment(
    redirectTo,
    Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)])),
  )
}

/** A state that is kept as used fails the second time; those that have run out are refused without. */
function useState({ id, expiresAt }: Flow, nowMilliseconds: number): readonly Statement[] {
  const now = integerValue(nowMilliseconds)
  return [
    { sql: "delete from auth_challenges where kind = 'oauth_state' and expires_at <= ?", args: [now] },
    {
      sql: "insert into auth_challenges (id, kind, payload, created_at, expires_at) values (?, 'oauth_state', '{}', ?, ?)",
      args: [textValue(id), now, integerValue(expiresAt)],
    },
  ]
}

function tokensOf({ accessToken, refreshToken }: Redeemed): ProviderTokens {
  return {
    provider_token: accessToken,
    ...(refreshToken !== null && { provider_refresh_token: refreshToken }),
  }
}
