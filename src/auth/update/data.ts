import { Problem } from '../../base/problem.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'
import type { Condition } from '../condition.ts'

/**
 * What `data` changes of `user_metadata`, as GoTrue does: a member that is null goes, another one is what it is now as a
 * whole, and what is not named stays.
 * @returns statements for the user of a condition
 * @throws Problem validation_failed on a name that SQLite's paths cannot say
 */
export function mergeData(
  data: Readonly<Record<string, unknown>>,
): (whose: Condition, nowMilliseconds: number) => readonly Statement[] {
  const members = Object.entries(data)
  if (members.some(([name]) => !/^[^"\\\p{Cc}]+$/u.test(name) || !name.isWellFormed())) {
    throw new Problem('validation_failed', {
      message: 'A name in data must have no quotes, backslashes or control characters.',
    })
  }
  return (whose, nowMilliseconds) =>
    members.map(([name, value]) => {
      const path = textValue(`$."${name}"`)
      const [changed, args] =
        value === null
          ? ['json_remove(user_metadata, ?)', [path]]
          : ['json_set(user_metadata, ?, json(?))', [path, textValue(JSON.stringify(value))]]
      return {
        sql: `update auth_users set user_metadata = ${changed}, updated_at = ? where ${whose.sql}`,
        args: [...args, integerValue(nowMilliseconds), ...whose.args],
      }
    })
}
