import type { SQL } from 'drizzle-orm'
import type { Audience } from '../../model/caller/audience.ts'
import type { CallerValues } from '../../model/expression.ts'
import { bind } from '../../sql/plan.ts'
import { sessionDemand } from '../../sql/write/write.ts'
import { sessionOver } from '../read.ts'
import type { Part } from './recorder.ts'

/** Whether the caller's session stands, looked at before anything else. Nothing of a caller without one. */
export function sessionPart(audience: Audience, admission: SQL, caller: CallerValues): Part {
  const demand = audience.session ? sessionDemand(admission) : null
  return {
    statements: demand === null ? [] : [bind(demand, { slots: [], caller, cursor: null, body: null })],
    problemOf: () => sessionOver(),
  }
}
