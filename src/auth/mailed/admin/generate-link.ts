import { nullish, object, picklist, string } from 'valibot'
import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import { integerValue, type Statement, textOf, textValue } from '../../../base/statement.ts'
import { accountColumnCount, accountColumns, accountOf } from '../../account/account.ts'
import { refusalOfUser } from '../../account/make.ts'
import { makePendingAccount } from '../../account/pending.ts'
import { userJson } from '../../account/user.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { dataEntry, readBody, requireEmail } from '../../credentials.ts'
import { securityEvent } from '../../event/event.ts'
import type { Kind } from '../../one-time/kind.ts'
import { linkOf, makeOneTime } from '../../one-time/make.ts'
import { ownerOf } from '../../one-time/send.ts'
import { hashPassword } from '../../password/hash.ts'
import { requireStrong } from '../../password/rules.ts'
import { redirectTarget } from '../../url/redirect.ts'

const types = [
  'signup',
  'invite',
  'magiclink',
  'recovery',
  'email_change_current',
  'email_change_new',
] as const

const generateBody = object({
  type: picklist(types),
  email: string(),
  new_email: nullish(string()),
  password: nullish(string()),
  data: dataEntry,
  redirect_to: nullish(string()),
})

/**
 * `POST /admin/generate_link`, with the secret key: what a mail would say, for who sends it themselves. One trip; no
 * mail. `hashed_token` is the link's token, which is no hash here: only a hash of it is kept.
 * @throws Problem email_exists of a sign-up or invitation of who is confirmed, or of a new address that somebody has;
 *   user_not_found of what is for an account that there is; weak_password
 */
export async function generateLink(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const body = await readBody(context.req.raw, generateBody)
  const { type } = body
  const email = requireEmail(body.email)
  const newEmail = isChange(type) ? requireEmail(body.new_email ?? '') : null
  if (type === 'signup' && body.password == null) {
    throw new Problem('validation_failed', { message: 'Signup requires a valid password.' })
  }
  timing.mark('parse')
  const password = type === 'signup' ? (body.password ?? null) : null
  if (password !== null) await requireStrong(password, server.backend.auth?.password, server.bindings)
  const passwordHash = password === null ? null : await hashPassword(password)

  const nowMilliseconds = server.clock.nowMilliseconds()
  const data = body.data ?? {}
  const user = { id: uuidv7(nowMilliseconds), email, data, role: server.backend.defaultRole, nowMilliseconds }
  const makesAccount = type === 'signup' || type === 'invite' || type === 'magiclink'
  const whose = whoseLink(type, email, newEmail, nowMilliseconds)
  const to = type === 'email_change_new' && newEmail !== null ? newEmail : email
  const sent = { kind: type, email: to, whose, passwordHash, data: body.data ?? null, nowMilliseconds }
  const made = makeOneTime(context, sent)
  const statements = [
    ...(makesAccount ? makePendingAccount(server.backend, user) : []),
    ...(newEmail === null ? [] : setNewEmail(newEmail, whose, nowMilliseconds)),
    ...made.statements,
    ...stamps(type, whose, nowMilliseconds),
    ...securityEvent(context, { event: 'link_generated', whose, nowMilliseconds, details: { type } }),
    {
      sql: `select ${accountColumns}, ${whose.sql} from auth_users where auth_users.email = ?`,
      args: [...whose.args, textValue(email)],
    },
  ]
  try {
    const results = await context.get('database').transact(statements, timing)
    timing.mark('db')
    const result = results.at(-1)
    const account = accountOf(result)
    if (account === null) throw new Problem('user_not_found')
    if (textOf(result?.rows[0]?.[accountColumnCount]) !== '1') throw new Problem('email_exists')
    const redirectTo = redirectTarget(context, body.redirect_to ?? context.req.query('redirect_to'))
    const properties = {
      action_link: linkOf(context, type, made.token, redirectTo),
      email_otp: made.code,
      hashed_token: made.token,
      verification_type: type === 'magiclink' && account.id === user.id ? 'signup' : type,
      redirect_to: redirectTo,
    }
    return context.json({ ...userJson(account), ...properties }, 200, { 'cache-control': 'no-store' })
  } catch (error) {
    throw refusalOfUser(error)
  }
}

function isChange(type: Kind): boolean {
  return type === 'email_change_current' || type === 'email_change_new'
}

/** For whom a link of such a type is made. */
function whoseLink(type: Kind, email: string, newEmail: string | null, nowMilliseconds: number): Condition {
  const owner = ownerOf(email, nowMilliseconds)
  if (type === 'signup' || type === 'invite')
    return { sql: `(${owner.sql} and auth_users.email_confirmed_at is null)`, args: owner.args }
  if (newEmail === null) return { sql: `(${owner.sql})`, args: owner.args }
  const free = 'not exists (select 1 from auth_users taken where taken.email = ?)'
  return { sql: `(${owner.sql} and ${free})`, args: [...owner.args, textValue(newEmail)] }
}

/** What was confirmed of a change to another address confirms nothing of this one. */
function setNewEmail(newEmail: string, whose: Condition, nowMilliseconds: number): readonly Statement[] {
  const address = textValue(newEmail)
  return [
    {
      sql: `delete from auth_one_time_tokens where kind in ('email_change_current', 'email_change_new')
  and user_id in (select auth_users.id from auth_users where ${whose.sql} and auth_users.new_email is not ?)`,
      args: [...whose.args, address],
    },
    {
      sql: `update auth_users set new_email = ?, email_change_sent_at = ? where ${whose.sql}`,
      args: [address, integerValue(nowMilliseconds), ...whose.args],
    },
  ]
}

/** When it was that something was sent. */
function stamps(type: Kind, whose: Condition, nowMilliseconds: number): readonly Statement[] {
  return (sentAt.get(type) ?? []).map((column) => ({
    sql: `update auth_users set ${column} = ? where ${whose.sql}`,
    args: [integerValue(nowMilliseconds), ...whose.args],
  }))
}

const sentAt: ReadonlyMap<Kind, readonly string[]> = new Map([
  ['signup', ['confirmation_sent_at']],
  ['invite', ['invited_at', 'confirmation_sent_at']],
  ['magiclink', ['recovery_sent_at']],
  ['recovery', ['recovery_sent_at']],
])
