import { integerValue, type Statement, textValue } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'
import type { Asker } from '../../session/asker.ts'
import { isOverSql } from '../wait.ts'

/** How often somebody gave a wrong recovery code: a row of `auth_challenges` of their own. */
export interface Tries {
  /** Holds when they need not wait. */
  readonly isOver: Condition
  /** Wrong codes, when the last one came, and 0 if they must wait; no row without wrong codes. */
  readonly read: Statement
  /** One more, if `wrong` holds and the code was looked at. */
  count(wrong: Condition): Statement
  forget(right: Condition): Statement
}

/** They are forgotten when none came for so long. */
const keptMilliseconds = 24 * 3_600_000

export function triesOf({ caller, nowMilliseconds, standing }: Asker): Tries {
  const [id, user] = [textValue(`recovery_tries:${caller.id}`), textValue(caller.id)]
  const [now, expires] = [integerValue(nowMilliseconds), integerValue(nowMilliseconds + keptMilliseconds)]
  const isOver: Condition = {
    sql: `not exists (select 1 from auth_challenges where id = ? and expires_at > ? and not ${over})`,
    args: [id, now, now],
  }
  return {
    isOver,
    read: {
      sql: `select ${failures}, ${failedAt}, ${over} from auth_challenges where id = ? and expires_at > ?`,
      args: [now, id, now],
    },
    count: (wrong) => ({
      sql: `insert into auth_challenges (id, kind, user_id, payload, created_at, expires_at)
select ?, 'recovery_tries', ?, json_object('failures', 1, 'failedAt', ?), ?, ?
where ${standing.sql} and ${isOver.sql} and ${wrong.sql}
on conflict (id) do update set expires_at = excluded.expires_at, payload = json_object(
  'failures', iif(expires_at > excluded.created_at, ${failures}, 0) + 1, 'failedAt', excluded.created_at)`,
      args: [id, user, now, now, expires, ...standing.args, ...isOver.args, ...wrong.args],
    }),
    forget: (right) => ({
      sql: `delete from auth_challenges where id = ? and ${right.sql}`,
      args: [id, ...right.args],
    }),
  }
}

const failures = `json_extract(auth_challenges.payload, '$.failures')`
const failedAt = `json_extract(auth_challenges.payload, '$.failedAt')`
const over = isOverSql(failures, failedAt)
