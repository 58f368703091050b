import { uuidv7 } from '../../base/id.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'

export interface Removal {
  readonly userId: string
  readonly factorId: string
  /** What must be so besides, over any table. */
  readonly when: Condition
  readonly nowMilliseconds: number
}

/**
 * Takes a factor away, for a transaction: with what it has proven. Sessions that it raised have one factor again, and so have all
 * when none is left but those that began with a passkey, which is two in one. Tokens that say otherwise are refused from now on
 * (`authority`): the client refreshes. Recovery codes are none without another factor, and go with the last one. The first statement decides: one affected row, or
 * nothing is done.
 */
export function factorRemoval(context: AuthContext, removal: Removal): readonly Statement[] {
  const { userId, factorId, when, nowMilliseconds } = removal
  const [user, factor, now] = [textValue(userId), textValue(factorId), integerValue(nowMilliseconds)]
  // What follows changes what `when` says: that it held is remembered, and forgotten at the end.
  const decision = textValue(uuidv7(nowMilliseconds))
  const decided: Condition = {
    sql: 'exists (select 1 from auth_challenges decision where decision.id = ?)',
    args: [decision],
  }
  const wasVerified: Condition = {
    sql: `${decided.sql} and exists (select 1 from auth_factors gone where gone.id = ? and gone.status = 'verified' and gone.type <> 'recovery_code')`,
    args: [decision, factor],
  }
  const noneLeft = `not exists (select 1 from auth_factors kept where kept.user_id = ? and kept.id <> ? and kept.status = 'verified' and kept.type <> 'recovery_code')`
  const whose: Condition = { sql: `auth_users.id = ? and ${decided.sql}`, args: [user, decision] }
  const codesGo: Condition = {
    sql: `(exists (select 1 from auth_factors gone where gone.id = ? and gone.type = 'recovery_code') or ${noneLeft}) and ${decided.sql}`,
    args: [factor, user, factor, decision],
  }
  const details = { factor_id: factorId }
  return [
    {
      sql: `insert into auth_challenges (id, kind, user_id, factor_id, created_at, expires_at)
select ?, 'factor_removal', user_id, id, ?, ? from auth_factors where id = ? and user_id = ? and ${when.sql}`,
      args: [decision, now, now, factor, user, ...when.args],
    },
    ...securityEvent(context, { event: 'factor_removed', whose, nowMilliseconds, details }),
    {
      sql: `update auth_sessions set factor_id = null, aal = iif(${beganWithPasskey}, 2, 1)
where user_id = ? and (factor_id = ? or ${noneLeft}) and ${wasVerified.sql}`,
      args: [user, factor, user, factor, ...wasVerified.args],
    },
    {
      sql: `delete from auth_recovery_codes where user_id = ? and ${codesGo.sql}`,
      args: [user, ...codesGo.args],
    },
    {
      sql: `delete from auth_factors where user_id = ? and type = 'recovery_code' and ${codesGo.sql}`,
      args: [user, ...codesGo.args],
    },
    {
      sql: `update auth_users set authority = authority + 1, least_aal = iif(${noneLeft}, 1, 2) where id = ? and ${wasVerified.sql}`,
      args: [user, factor, user, ...wasVerified.args],
    },
    { sql: `delete from auth_factors where id = ? and ${decided.sql}`, args: [factor, decision] },
    { sql: `delete from auth_challenges where factor_id = ? and ${decided.sql}`, args: [factor, decision] },
  ]
}

const beganWithPasskey = `exists (select 1 from json_each(auth_sessions.amr) where json_extract(value, '$.method') = 'passkey')`
