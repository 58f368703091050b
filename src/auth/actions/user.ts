import { userJson } from '../account/user.ts'
import { sessionStands } from '../admission.ts'
import { readKnownCaller } from '../asker/known.ts'
import type { AuthContext } from '../context.ts'

/** `GET /user`: the account behind the access token, and whether its session still stands, in one statement. An app may ask, too. */
export async function getUser(context: AuthContext): Promise<Response> {
  context.get('timing').mark('parse')
  const { account } = await readKnownCaller(context, sessionStands())
  return context.json(userJson(account), 200, { 'cache-control': 'no-store' })
}
