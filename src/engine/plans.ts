import type { SQL } from 'drizzle-orm'
import { boundedMap } from '../base/bounded-map.ts'
import type { Limits } from '../base/limits.ts'
import { type Audience, audienceKey, audienceOf } from '../model/audience.ts'
import type { Caller } from '../model/caller.ts'
import type { Model } from '../model/model.ts'
import { guard } from '../query/guard.ts'
import type { ReadIntent } from '../query/intent.ts'
import { resolve } from '../query/resolve.ts'
import { type ReadStatement, readStatement } from '../sql/read.ts'

/** A query of one shape for one audience, ready for values. */
export interface Plan extends ReadStatement {
  /** Whether a page can say where the next one starts. */
  readonly pageable: boolean
}

/** Plans by shape. They depend on the model alone, so an isolate keeps them across requests and users. */
export interface Plans {
  read(intent: ReadIntent, caller: Caller): Plan
  /** How many plans have been made. */
  readonly made: number
}

const kept = 1_000

/** `admission`: whether the caller's session stands; see `auth/admission.ts`. */
export function createPlans(model: Model, admission: SQL, limits: Limits): Plans {
  const plans = boundedMap<Plan>(kept)
  const audiences = new Map<string, Audience>()
  let made = 0
  return {
    read(intent, caller) {
      const audience = knownAudience(audiences, model, caller)
      const shape = `${audience.key} ${JSON.stringify(intent)}`
      const known = plans.get(shape)
      if (known !== undefined) return known
      made += 1
      const tree = resolve(intent, model, audience)
      const plan = {
        ...readStatement(guard(tree, audience), admission, limits.rows),
        pageable: tree.pageable,
      }
      plans.set(shape, plan)
      return plan
    },
    get made() {
      return made
    },
  }
}

function knownAudience(audiences: Map<string, Audience>, model: Model, caller: Caller): Audience {
  const key = audienceKey(model.roles, caller)
  const found = audiences.get(key)
  if (found !== undefined) return found
  const audience = audienceOf(model.roles, caller)
  audiences.set(key, audience)
  return audience
}
