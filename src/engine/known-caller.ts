import type { ProcedureCaller } from '../declare/procedure.ts'
import type { Audience } from '../model/caller/audience.ts'
import type { Caller } from '../model/caller/caller.ts'
import type { Model } from '../model/model.ts'

/** The caller as an author's TypeScript sees them: with values, where a policy has places for them. */
export function knownCaller(caller: Caller, audience: Audience, { roles }: Model): ProcedureCaller {
  const isUser = caller.kind === 'user'
  return {
    id: isUser ? caller.id : null,
    email: isUser ? caller.email : null,
    has: (role) => audience.caller.has(role) || (audience.above && roles.has(role)),
  }
}
