import { askerOf } from '../../asker/asker.ts'
import type { AuthContext } from '../../context.ts'
import { redirect, upstreamProblem } from '../flow/answer.ts'
import { fingerprintOf } from '../flow/browser.ts'
import { chosenProvider, type Providers } from '../providers.ts'
import { UpstreamError } from '../upstream/fetch.ts'
import { askedOf, authorizationUrl } from './authorize.ts'

/**
 * `GET /user/identities/authorize?provider=…` (`linkIdentity`): the way to a provider, for one more way in. One trip: the
 * session stands, and has shown the second factor of who has one. With `skip_http_redirect=true` it answers `{"url"}`.
 * @throws Problem validation_failed, unexpected_failure, or what `Asker.require` throws
 */
export function linkIdentity(providers: Providers): (context: AuthContext) => Promise<Response> {
  return async (context) => {
    const timing = context.get('timing')
    const asker = askerOf(context)
    const { caller } = asker
    const chosen = chosenProvider(context, providers, context.req.query('provider'))
    const asked = askedOf(context)
    timing.mark('parse')
    const told = await context.get('database').run(asker.read, timing, 'strong')
    timing.mark('db')
    asker.require('admitted', told)
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
