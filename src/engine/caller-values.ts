import { integerValue, nullValue, textValue } from '../base/statement.ts'
import type { Caller } from '../model/caller.ts'
import type { CallerValues } from '../model/expression.ts'

/** What policies and the session check use of a caller. Nobody's id is NULL, which equals nothing. */
export function callerValues(caller: Caller, nowMilliseconds: number): CallerValues {
  const now = { nowMilliseconds: integerValue(nowMilliseconds), role: textValue(caller.role) }
  if (caller.kind !== 'user') return now
  return {
    ...now,
    id: textValue(caller.id),
    sessionId: textValue(caller.sessionId),
    email: caller.email === null ? nullValue : textValue(caller.email),
  }
}
