import { exchangeCode } from '../../code/exchange.ts'
import type { AuthContext } from '../../context.ts'
import { finishLink } from '../account/deferred.ts'
import { refusalOfLink } from '../account/link.ts'

/** `POST /token?grant_type=pkce`, as without providers; a code of `linkIdentity` also links. One trip. */
export async function exchangeAndLink(context: AuthContext): Promise<Response> {
  try {
    return await exchangeCode(context, (code) => finishLink(context, code))
  } catch (error) {
    throw refusalOfLink(error)
  }
}
