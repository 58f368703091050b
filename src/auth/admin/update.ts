import { Problem } from '../../base/problem.ts'
import {
  integerValue,
  type Statement,
  textOf,
  textOrNull,
  textValue,
  type Value,
} from '../../base/statement.ts'
import { accountColumns, accountOf } from '../account/account.ts'
import { mergedJson } from '../account/merge.ts'
import { changeRights, type RightsChange, requireShortMetadata } from '../account/rights.ts'
import { userJson } from '../account/user.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { sendLetter } from '../letter.ts'
import { confirm, lookAtAwaiting } from '../profile/confirm.ts'
import { type GivenUser, readUser } from './body.ts'
import { adminRefusal } from './create.ts'
import { userOfPath } from './read.ts'

/**
 * `PUT /admin/users/:id`: what is absent stays; metadata are taken in member by member, as GoTrue does. A role, other
 * `app_metadata`, a new address and a ban hold on the next trip; a new password ends all sessions, and with it or a new
 * address nothing that was sent by mail before is good any more. The owner is told. One trip, and two where a profile
 * waited for the confirmation (`confirm`).
 * @throws Problem as `readUser`; user_not_found, email_exists
 */
export async function updateUser(context: AuthContext): Promise<Response> {
  const timing = context.get('timing')
  const given = await readUser(context)
  const now = context.get('server').clock.nowMilliseconds()
  const whose = userOfPath(context)
  timing.mark('parse')
  const before: readonly Statement[] = [
    { sql: `select email from auth_users where ${whose.sql}`, args: whose.args },
    changeRights(whose, rightsIn(given), now),
    requireShortMetadata(whose),
    ...changes(given, now).map(({ sql, args }) => ({
      sql: `update auth_users set ${sql} where ${whose.sql}`,
      args: [...args, ...whose.args],
    })),
    ...ends(given, whose, now),
    ...eventsOf(given).flatMap((event) => securityEvent(context, { event, whose, nowMilliseconds: now })),
  ]
  const after = [{ sql: `select ${accountColumns} from auth_users where ${whose.sql}`, args: whose.args }]
  const confirmed = { sql: `${whose.sql} and auth_users.email_confirmed_at is not null`, args: whose.args }
  try {
    const look = lookAtUser(given, whose)
    const results = await confirm(context, { before, whose: confirmed, look, after })
    timing.mark('db')
    const account = accountOf(results.at(-1))
    if (account === null) throw new Problem('user_not_found')
    const address = textOf(results[0]?.rows[0]?.[0])
    if (address !== null && given.email !== undefined && given.email !== address)
      sendLetter(context, { about: 'email_changed', to: address, at: new Date(now) })
    if (address !== null && given.passwordHash !== undefined)
      sendLetter(context, { about: 'password_changed', to: address, at: new Date(now) })
    return context.json(userJson(account), 200, { 'cache-control': 'no-store' })
  } catch (error) {
    throw adminRefusal(error)
  }
}

function rightsIn({ role, appMetadata, bannedUntil }: GivenUser): RightsChange {
  return {
    ...(role !== undefined && { role }),
    ...(appMetadata !== undefined && { appMetadata }),
    ...(bannedUntil !== undefined && { bannedUntil }),
  }
}

/** An address that an operator gives counts as before, as GoTrue has it: confirmed, if the one before was. */
function changes(given: GivenUser, nowMilliseconds: number): readonly Condition[] {
  const { email, passwordHash, emailConfirm, userMetadata } = given
  const set = (column: string, value: Value): Condition => ({ sql: `${column} = ?`, args: [value] })
  const merged = userMetadata === undefined ? null : metadataWith(userMetadata)
  return [
    ...(email === undefined ? [] : [address(email)]),
    ...(passwordHash === undefined ? [] : [set('password_hash', textValue(passwordHash))]),
    ...(emailConfirm ? [confirmation(nowMilliseconds)] : []),
    ...(merged === null ? [] : [{ sql: `user_metadata = ${merged.sql}`, args: merged.args }]),
  ]
}

function metadataWith(userMetadata: NonNullable<GivenUser['userMetadata']>): Condition {
  return mergedJson('auth_users.user_metadata', userMetadata)
}

/** As `changes` will have made them: for who is confirmed hereby. */
function lookAtUser({ email, userMetadata }: GivenUser, whose: Condition): Statement {
  const metadata = metadataWith(userMetadata ?? {})
  return lookAtAwaiting(
    { sql: `json_array(${metadata.sql}, json('{}'))`, args: metadata.args },
    { sql: `auth_users where ${whose.sql}`, args: whose.args },
    { sql: 'coalesce(?, auth_users.email)', args: [textOrNull(email ?? null)] },
  )
}

/** Policies may go by it (`caller.email`): a token that says another one is refused. */
function address(email: string): Condition {
  return {
    sql: 'authority = authority + (email is not ?), new_email = null, email = ?',
    args: [textValue(email), textValue(email)],
  }
}

/** Who has an address that is theirs is not anonymous any more; so tokens that say so are refused. */
function confirmation(nowMilliseconds: number): Condition {
  return {
    sql: `email_confirmed_at = coalesce(email_confirmed_at, ?),
  authority = authority + (kind = 'anonymous' and email is not null),
  kind = case when kind = 'anonymous' and email is not null then 'person' else kind end`,
    args: [integerValue(nowMilliseconds)],
  }
}

function ends(
  { email, passwordHash }: GivenUser,
  whose: Condition,
  nowMilliseconds: number,
): readonly Statement[] {
  if (email === undefined && passwordHash === undefined) return []
  const user = `(select auth_users.id from auth_users where ${whose.sql})`
  const sessions: Statement = {
    sql: `update auth_sessions set revoked_at = ? where revoked_at is null and user_id = ${user}`,
    args: [integerValue(nowMilliseconds), ...whose.args],
  }
  return [
    { sql: `delete from auth_one_time_tokens where user_id = ${user}`, args: whose.args },
    { sql: `delete from auth_codes where user_id = ${user}`, args: whose.args },
    ...(passwordHash === undefined ? [] : [sessions]),
  ]
}

function eventsOf(given: GivenUser): readonly string[] {
  const { bannedUntil } = given
  const ban = bannedUntil === null ? 'user_unbanned' : 'user_banned'
  const events = [
    ...(given.passwordHash === undefined ? [] : ['password_changed']),
    ...(given.email === undefined ? [] : ['email_changed']),
    ...(given.role === undefined && given.appMetadata === undefined ? [] : ['rights_changed']),
    ...(bannedUntil === undefined ? [] : [ban]),
  ]
  return events.length === 0 ? ['user_updated'] : events
}
