import type { SQL } from 'drizzle-orm'
import { boundedMap } from '../base/bounded-map.ts'
import type { Limits } from '../base/limits.ts'
import { Problem } from '../base/problem.ts'
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

/** Bytes, all plans together: an isolate has 128 MB for everything. */
const bytesKept = 16_000_000
/** A binding is an object of about so many bytes. */
const bindingBytes = 100
const longestStatement = 262_144

/** A character takes two bytes in a text with a letter beyond Latin-1. */
const bytesOf = ({ text, bindings }: Plan, shape: string): number =>
  2 * (text.length + shape.length) + bindings.length * bindingBytes

/** `admission`: whether the caller's session stands; see `auth/admission.ts`. */
export function createPlans(model: Model, admission: SQL, limits: Limits): Plans {
  const plans = boundedMap(bytesKept, bytesOf)
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
      if (plan.text.length > longestStatement) throw tooLarge()
      plans.set(shape, plan)
      return plan
    },
    get made() {
      return made
    },
  }
}

function tooLarge(): Problem {
  return new Problem('LIMIT_QUERY_SIZE', {
    hint: 'Each name of a spread reads its rows anew, with all of its filters: ask for fewer of them.',
  })
}

function knownAudience(audiences: Map<string, Audience>, model: Model, caller: Caller): Audience {
  const key = audienceKey(model.roles, caller)
  const found = audiences.get(key)
  if (found !== undefined) return found
  const audience = audienceOf(model.roles, caller)
  audiences.set(key, audience)
  return audience
}
