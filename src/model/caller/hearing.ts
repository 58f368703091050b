import type { PolicyCaller, PolicyContext } from '../../declare/policy.ts'

/** What a rule asked of a caller, and was told. */
interface Heard {
  readonly ask: (caller: PolicyCaller) => boolean
  readonly answer: boolean
}

/**
 * All that a rule says to callers. It is not asked again for one of whom it would hear the same as of another: then it
 * says the same, too.
 */
export function saidBy<T>(
  rule: (context: PolicyContext) => T,
  callers: Iterable<PolicyCaller>,
): readonly T[] {
  const hearings: (readonly Heard[])[] = []
  const said: T[] = []
  for (const caller of callers) {
    if (hearings.some((heard) => heard.every(({ ask, answer }) => ask(caller) === answer))) continue
    const heard: Heard[] = []
    said.push(rule({ caller: listening(caller, heard) }))
    hearings.push(heard)
  }
  return said
}

/** The caller, whose answers are noted. Values of the caller are the same symbols for all. */
function listening(caller: PolicyCaller, heard: Heard[]): PolicyCaller {
  const told = (ask: Heard['ask']): boolean => {
    const answer = ask(caller)
    heard.push({ ask, answer })
    return answer
  }
  return {
    get signedIn() {
      return told(({ signedIn }) => signedIn)
    },
    get aal2() {
      return told(({ aal2 }) => aal2)
    },
    get isAnonymous() {
      return told(({ isAnonymous }) => isAnonymous)
    },
    id: caller.id,
    email: caller.email,
    has: (role) => told((each) => each.has(role)),
    can: (permission) => told((each) => each.can(permission)),
    claim: (name) => caller.claim(name),
  }
}
