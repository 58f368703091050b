import { Problem } from '../../../base/problem.ts'
import { callerValues } from '../../../model/caller/caller.ts'
import { toStatement } from '../../../model/expression.ts'
import { readAdmitted, readStanding } from '../../admission.ts'
import { userCaller } from '../../caller.ts'
import type { AuthContext } from '../../context.ts'
import { redirect, upstreamProblem } from '../flow/answer.ts'
import { fingerprintOf } from '../flow/browser.ts'
import { chosenProvider, type Providers } from '../providers.ts'
import { UpstreamError } from '../upstream/fetch.ts'
import { askedOf, authorizationUrl } from './authorize.ts'

/**
 * `GET /user/identities/authorize?provider=…` (`linkIdentity`): the way to a provider, for one more way in. One trip: the
 * session stands, and has shown the second factor of who has one. With `skip_http_redirect=true` it answers `{"url"}`.
 * @throws Problem validation_failed, session_not_found, insufficient_aal, unexpected_failure
 */
export function linkIdentity(providers: Providers): (context: AuthContext) => Promise<Response> {
  return async (context) => {
    const timing = context.get('timing')
    const caller = userCaller(context)
    const chosen = chosenProvider(context, providers, context.req.query('provider'))
    const asked = askedOf(context)
    const values = callerValues(caller, context.get('server').clock.nowMilliseconds())
    timing.mark('parse')
    const [admitted, stands] = await context
      .get('database')
      .snapshot([toStatement(readAdmitted, values), toStatement(readStanding, values)], timing)
    timing.mark('db')
    if (stands?.rows.length !== 1) throw new Problem('session_not_found')
    if (admitted?.rows.length !== 1) throw new Problem('insufficient_aal')
    const link = { userId: caller.id, sessionId: caller.sessionId }
    const browser = asked.challenge === null ? fingerprintOf(context) : ''
    try {
      const url = await authorizationUrl(context, chosen, { ...asked, browser, link })
      if (context.req.query('skip_http_redirect') !== 'true') return redirect(context, url)
      return context.json({ url }, 200, { 'cache-control': 'no-store' })
    } catch (error) {
      throw error instanceof UpstreamError ? upstreamProblem(context, chosen.provider.name, error) : error
    }
  }
}
