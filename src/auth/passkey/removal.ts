import { type Statement, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { securityEvent } from '../event/event.ts'
import { readPasskeys } from './stored.ts'

export interface Removal {
  readonly userId: string
  readonly id: string
  /** What must be so besides, over any table. */
  readonly when: Condition
  readonly nowMilliseconds: number
}

/** For a transaction: first it tells which passkey is meant, and last how many went. */
export function passkeyRemoval(context: AuthContext, removal: Removal): readonly Statement[] {
  const { userId, id, when, nowMilliseconds } = removal
  return [
    readPasskeys(userId, id),
    ...securityEvent(context, {
      event: 'passkey_removed',
      whose: isOwnPasskey(userId, id, when),
      nowMilliseconds,
      details: { passkey_id: id },
    }),
    {
      sql: `delete from auth_credentials where id = ? and user_id = ? and factor_id is null and ${when.sql}`,
      args: [textValue(id), textValue(userId), ...when.args],
    },
  ]
}

/** Of the user in `auth_users`: it is theirs, and `when` holds. */
export function isOwnPasskey(userId: string, id: string, when: Condition): Condition {
  return {
    sql: `auth_users.id = ? and ${when.sql}
and exists (select 1 from auth_credentials where id = ? and user_id = auth_users.id and factor_id is null)`,
    args: [textValue(userId), ...when.args, textValue(id)],
  }
}
