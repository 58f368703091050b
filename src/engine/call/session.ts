import type { SQL } from 'drizzle-orm'
import type { Audience } from '../../model/caller/audience.ts'
import type { CallerValues } from '../../model/expression.ts'
import { bind } from '../../sql/plan.ts'
import { type Step, sessionDemand } from '../../sql/write/write.ts'
import { sessionOver } from '../read.ts'
import type { Part } from './recorder.ts'

/** By what says whether a session stands: the same for every call. */
const demands = new WeakMap<SQL, Step | null>()

/** Whether the caller's session stands, looked at before anything else. Nothing of a caller without one. */
export function sessionPart(audience: Audience, admission: SQL, caller: CallerValues): Part {
  const demand = audience.session ? demandOf(admission) : null
  return {
    statements: demand === null ? [] : [bind(demand, { slots: [], caller, cursor: null, body: null })],
    problemOf: () => sessionOver(),
  }
}

function demandOf(admission: SQL): Step | null {
  const known = demands.get(admission)
  if (known !== undefined) return known
  const demand = sessionDemand(admission)
  demands.set(admission, demand)
  return demand
}
