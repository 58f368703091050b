import { signature } from '../../base/crypto.ts'
import type { ThrottleKind } from '../../declare/auth/throttle.ts'
import type { AuthContext } from '../context.ts'
import { normaliseEmail } from '../credentials.ts'
import type { Rule } from './bucket.ts'
import { networkOf, siteOf } from './network.ts'
import { refused } from './refused.ts'

/** What was let through. */
export interface Pass {
  /**
   * It was who it should be: the attempt counts for nothing, and this network is known to lead to this account from now
   * on. Goes on after the answer.
   * @param account whose it was, where that was not known before
   */
  succeeded(account?: string | null): void
}

/** Few to who has all 65,536 of a site, and enough for customers of a carrier who share one. */
const networksInSite = 16

/** From a network that somebody came into an account from, it is not a stranger who tries, for so long. */
const knownSeconds = 90 * 86_400

/**
 * Counts an attempt before it is made: no number of them at once is more than what may be. No trip to the database; at
 * the same time as one, where there is one (`Promise.all`).
 *
 * **By network**, all over the world, and of IPv6 by the site around it as well: who has all networks of a site may do what
 * sixteen of them may. What was refused is given back there, so that one network uses up nothing of its neighbours'.
 *
 * **By account**, whether or not there is such an account, under the one spelling of its address:
 * - from one network (`pair`) so many wrong guesses, so that one guesser is slowed;
 * - from all networks from which nobody ever came in (`account`) so many together, so that a guesser with a new address
 *   for each guess is slowed as well. This is what an attacker can use up to annoy the owner. So it does not hold where
 *   the owner signed in before (in 90 days): there, wrong guesses made elsewhere are nothing. At a new place, while the
 *   attack goes on, the owner comes in by a mail (`/recover`, `/otp`), which no count of guesses bars, or waits: the
 *   count comes down all the time.
 * What is left: an attacker in the owner's own network can slow the owner there; by mail the owner comes in.
 *
 * Mails are counted so as well, by the address that they go to: where the owner signed in before, mails that others ask for
 * do not bar the owner's. What lets somebody in (`isWayIn`) is counted apart from all other mail, which may be asked for
 * without end and never be sent.
 *
 * An account is an address, or the id of a user who is known by their token.
 * @throws Problem over_email_send_rate_limit, over_request_rate_limit, with `Retry-After`
 */
export async function throttle(
  context: AuthContext,
  kind: ThrottleKind,
  { account = null, isWayIn = false }: { readonly account?: string | null; readonly isWayIn?: boolean } = {},
): Promise<Pass> {
  const { rooms, rates } = context.get('server').throttles
  const { network: byNetwork, pair, account: byAccount } = rates[kind]
  const network = networkOf(context.req.raw.headers)
  const home = network === null ? null : roomOf(context, 'network', network)
  const known = `known ${home}`
  const asked: Counted[] = []
  if (home !== null && byNetwork !== undefined)
    asked.push({ room: home, rules: [{ ...byNetwork, name: kind }] })
  const site = network === null ? null : siteOf(network)
  if (site !== null && byNetwork !== undefined) {
    const most = byNetwork.most * networksInSite
    const rules = [{ ...byNetwork, most, name: kind }]
    asked.push({ room: roomOf(context, 'network', site), rules, isShared: true })
  }
  const counted = isWayIn ? `${kind} in` : kind
  const rules: readonly Rule[] = [
    ...(pair === undefined ? [] : [{ ...pair, name: `${counted} ${home}` }]),
    ...(byAccount === undefined ? [] : [{ ...byAccount, name: counted, ...(pair && { unless: known }) }]),
  ]
  if (account !== null && rules.length > 0)
    asked.push({ room: accountRoom(context, account), rules, isMail: kind === 'mail' })

  const told = await Promise.all(asked.map(({ room, rules }) => rooms.ask(room, { kind: 'take', rules })))
  for (const [index, each] of told.entries()) {
    if (each === null || each.retrySeconds === 0) continue
    const shared = asked.filter(({ isShared }, at) => isShared && told[at]?.retrySeconds === 0)
    const back = shared.map(({ room, rules }) => rooms.ask(room, { kind: 'credit', rules }))
    context.executionCtx.waitUntil(Promise.all(back))
    const code = asked[index]?.isMail ? 'over_email_send_rate_limit' : 'over_request_rate_limit'
    throw refused(code, kind, each)
  }
  return {
    succeeded(whose = account) {
      const mark = { name: known, seconds: knownSeconds }
      const credits = asked.map(({ room, rules }) => rooms.ask(room, { kind: 'credit', rules }))
      if (pair !== undefined && typeof whose === 'string')
        credits.push(rooms.ask(accountRoom(context, whose), { kind: 'credit', rules: [], mark }))
      context.executionCtx.waitUntil(Promise.all(credits))
    },
  }
}

/** What is taken in one room. */
interface Counted {
  readonly room: string
  readonly rules: readonly Rule[]
  readonly isMail?: boolean
  /** Whether others have part in it: it is given back where the attempt is refused. */
  readonly isShared?: boolean
}

/** The room of an account: of its address, under the one spelling, or its user's id. */
export function accountRoom(context: AuthContext, name: string): string {
  return roomOf(context, 'account', normaliseEmail(name) ?? name.slice(0, 254))
}

function roomOf(context: AuthContext, what: 'account' | 'network', name: string): string {
  const { serverSecret, tenant } = context.get('server').settings
  return `${what}-${signature(serverSecret, `throttle ${what} ${tenant}`, name)}`
}

/**
 * The first line, in front of all that is written to sign-in: so much of one network in one location, whatever it is.
 * @throws Problem over_request_rate_limit
 */
export async function calm(context: AuthContext, next: () => Promise<void>): Promise<void> {
  if (!reading.has(context.req.method)) await requireCalm(context)
  await next()
}

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** The same, of something else that writes. @throws Problem over_request_rate_limit */
export async function requireCalm(context: AuthContext): Promise<void> {
  const network = networkOf(context.req.raw.headers)
  if (network !== null && !(await context.get('server').throttles.rooms.isCalm(network)))
    throw refused('over_request_rate_limit', 'burst', null)
}
