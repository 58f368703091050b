import type { Clock } from '../../base/clock.ts'
import { textValue } from '../../base/statement.ts'
import { type Caller, callerValues } from '../../model/caller/caller.ts'
import type { CallerValues } from '../../model/expression.ts'

/** What one request brings to all that it writes. */
export interface Asked {
  readonly caller: CallerValues
  readonly nowMilliseconds: number
}

export function askedOf(context: {
  readonly caller: Caller
  readonly clock: Clock
  readonly requestId: string
}): Asked {
  const nowMilliseconds = context.clock.nowMilliseconds()
  const requestId = textValue(context.requestId)
  return { caller: { ...callerValues(context.caller, nowMilliseconds), requestId }, nowMilliseconds }
}
