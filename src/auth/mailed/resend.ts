import { object, picklist, string } from 'valibot'
import { Problem } from '../../base/problem.ts'
import { textValue } from '../../base/statement.ts'
import { accountColumns, accountOf } from '../account/account.ts'
import { challengeEntries, challengeOf } from '../code/challenge.ts'
import type { AuthContext } from '../context.ts'
import { readBody, requireEmail } from '../credentials.ts'
import { alwaysCommitted } from '../event/commit.ts'
import { ownerOf, sendOneTime } from '../one-time/send.ts'
import { throttle } from '../throttle/throttle.ts'
import { askForChange } from '../update/email.ts'

const resendBody = object({
  type: picklist(['signup', 'email_change']),
  email: string(),
  ...challengeEntries,
})

/**
 * `POST /resend`: the mail of a sign-up that waits to be confirmed, or the mails of a change of address, once more, with
 * a new link and code each. One trip, of a change two; the same ones for every address.
 */
export async function resend(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const body = await readBody(context.req.raw, resendBody)
  const asked = { email: requireEmail(body.email), challenge: challengeOf(body) }
  await throttle(context, 'mail', { account: asked.email })
  timing.mark('parse')
  await (body.type === 'signup' ? resendSignUp(context, asked) : resendChange(context, asked))
  timing.mark('db')
  return context.json({}, 200, { 'cache-control': 'no-store' })
}

interface Again {
  readonly email: string
  readonly challenge: string | null
}

async function resendSignUp(context: AuthContext, again: Again): Promise<void> {
  const nowMilliseconds = context.get('server').clock.nowMilliseconds()
  const mail = sendOneTime(context, { ...again, kind: 'signup', isAgain: true, nowMilliseconds })
  const results = await context.get('database').transact(mail.statements, context.get('timing'))
  mail.send(results.at(-1))
}

async function resendChange(context: AuthContext, { email, challenge }: Again): Promise<void> {
  const timing = context.get('timing')
  const database = context.get('database')
  const now = context.get('server').clock.nowMilliseconds()
  const owner = ownerOf(email, now)
  const look = { sql: `select ${accountColumns} from auth_users where ${owner.sql}`, args: owner.args }
  const account = accountOf(await database.run(look, timing, 'strong'))
  // Of who changes nothing: an address that is nobody's, and statements that are about nobody.
  const newEmail = account?.newEmail ?? ''
  const whose = {
    sql: `${owner.sql} and auth_users.new_email = ?`,
    args: [...owner.args, textValue(newEmail)],
  }
  const current = account ?? { kind: 'person', email, emailConfirmedAt: now }
  const isCalm = await mayBeSent(context, account?.newEmail ?? `nobody beside ${email}`)
  const mail = askForChange(context, current, { email: newEmail, challenge, whose, now })
  const results = await database.transact([alwaysCommitted(now), ...mail.statements], timing)
  if (isCalm) mail.send(results.at(-1))
}

/** Whether the other address has had no mail lately, of any change to it. That it has is not told: it would say which it is. */
async function mayBeSent(context: AuthContext, address: string): Promise<boolean> {
  try {
    await throttle(context, 'mail', { account: address })
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
