import { object, string } from 'valibot'
import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import { integerValue } from '../../../base/statement.ts'
import { accountColumns, accountOf } from '../../account/account.ts'
import { refusalOfUser } from '../../account/make.ts'
import { makePendingAccount } from '../../account/pending.ts'
import { userJson } from '../../account/user.ts'
import type { AuthContext } from '../../context.ts'
import { dataEntry, readBody, requireEmail } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import { sendLetter } from '../../letter.ts'
import { linkOf, makeOneTime } from '../../one-time/make.ts'
import { ownerOf } from '../../one-time/send.ts'
import { redirectOfRequest } from '../../url/redirect.ts'

const inviteBody = object({ email: string(), data: dataEntry })

/**
 * `POST /invite`, with the secret key: an account for an address, and a link by which its owner comes in. One trip. It
 * is open where sign-up is not.
 * @throws Problem email_exists of an account that is confirmed
 */
export async function invite(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const body = await readBody(context.req.raw, inviteBody)
  const email = requireEmail(body.email)
  timing.mark('parse')

  const nowMilliseconds = server.clock.nowMilliseconds()
  const now = integerValue(nowMilliseconds)
  const data = body.data ?? {}
  const user = { id: uuidv7(nowMilliseconds), email, data, role: server.backend.defaultRole, nowMilliseconds }
  const owner = ownerOf(email, nowMilliseconds)
  const whose = { sql: `${owner.sql} and auth_users.email_confirmed_at is null`, args: owner.args }
  const made = makeOneTime(context, {
    kind: 'invite',
    email,
    whose,
    data: body.data ?? null,
    nowMilliseconds,
  })
  const statements = [
    ...makePendingAccount(server.backend, user),
    ...made.statements,
    {
      sql: `update auth_users set invited_at = ?, confirmation_sent_at = ? where ${whose.sql}`,
      args: [now, now, ...whose.args],
    },
    ...securityEvent(context, { event: 'user_invited', whose, nowMilliseconds }),
    { sql: `select ${accountColumns} from auth_users where ${whose.sql}`, args: whose.args },
  ]
  try {
    const results = await context.get('database').transact(statements, timing)
    timing.mark('db')
    const account = accountOf(results.at(-1))
    if (account === null) throw new Problem('email_exists')
    const link = linkOf(context, 'invite', made.token, redirectOfRequest(context))
    sendLetter(context, { about: 'invite', to: email, link, code: made.code })
    return context.json(userJson(account), 200, { 'cache-control': 'no-store' })
  } catch (error) {
    throw refusalOfUser(error)
  }
}
