import type { ProcedureCaller } from '../declare/procedure.ts'
import type { Audience } from '../model/caller/audience.ts'
import type { Caller } from '../model/caller/caller.ts'

/** The caller as an author's TypeScript sees them: with values, where a policy has places for them. */
export function knownCaller(caller: Caller, audience: Audience): ProcedureCaller {
  const isUser = caller.kind === 'user'
  const { above, caller: known } = audience
  return {
    id: isUser ? caller.id : null,
    email: isUser ? caller.email : null,
    aal2: known.aal2,
    isAnonymous: known.isAnonymous,
    has: (role) => known.has(role) || above,
    can: (permission) => known.can(permission) || above,
    claim: (name) => (isUser && Object.hasOwn(caller.claims, name) ? caller.claims[name] : null),
  }
}
