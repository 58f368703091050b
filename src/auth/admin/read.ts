import { Problem } from '../../base/problem.ts'
import { integerValue, textOf, textValue } from '../../base/statement.ts'
import { type Account, accountColumns, accountIn, accountOf } from '../account/account.ts'
import { factorJson, userJson } from '../account/user.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { tokenAudience } from '../token/claims.ts'
import { offsetOf, pageHeaders, pageOf } from './page.ts'

/** The user whom the path names. Machines have endpoints of their own. */
export function userOfPath(context: AuthContext): Condition {
  const id = context.req.param('id') ?? ''
  return { sql: "auth_users.id = ? and auth_users.kind <> 'machine'", args: [textValue(id)] }
}

/**
 * `GET /admin/users?page=&per_page=&filter=`: the newest first, with how many there are; `filter` is a part of the
 * address. One trip.
 */
export async function listUsers(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const page = pageOf(context)
  const filter = textValue((context.req.query('filter') ?? '').toLowerCase())
  const [size, offset] = [integerValue(page.size), integerValue(offsetOf(page))]
  timing.mark('parse')
  const [counted, found] = await context.get('database').snapshot(
    [
      { sql: `select count(*) from auth_users where ${listed}`, args: [filter, filter] },
      {
        sql: `select ${accountColumns} from auth_users where ${listed} order by created_at desc, id desc limit ? offset ?`,
        args: [filter, filter, size, offset],
      },
    ],
    timing,
  )
  timing.mark('db')
  const users = (found?.rows ?? []).flatMap(([value]) => {
    const account = accountIn(value)
    return account === null ? [] : [userJson(account)]
  })
  const total = Number(textOf(counted?.rows[0]?.[0]))
  return context.json({ users, aud: tokenAudience }, 200, pageHeaders(context, page, total))
}

const listed = "kind <> 'machine' and (? = '' or instr(email, ?) > 0)"

/** `GET /admin/users/:id`. One trip. @throws Problem user_not_found */
export async function getUserById(context: AuthContext): Promise<Response> {
  return context.json(userJson(await findUser(context)), 200, { 'cache-control': 'no-store' })
}

/** `GET /admin/users/:id/factors`. One trip. @throws Problem user_not_found */
export async function listFactors(context: AuthContext): Promise<Response> {
  const { factors } = await findUser(context)
  return context.json(factors.map(factorJson), 200, { 'cache-control': 'no-store' })
}

async function findUser(context: AuthContext): Promise<Account> {
  const timing = context.get('timing')
  const whose = userOfPath(context)
  timing.mark('parse')
  const statement = { sql: `select ${accountColumns} from auth_users where ${whose.sql}`, args: whose.args }
  const account = accountOf(await context.get('database').run(statement, timing, 'strong'))
  timing.mark('db')
  if (account === null) throw new Problem('user_not_found')
  return account
}
