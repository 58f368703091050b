import { Problem } from '../../../base/problem.ts'
import type { Result, Statement } from '../../../base/statement.ts'
import { issueCode } from '../../code/issue.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { type Brought, type Claim, claimOneTime } from '../../one-time/claim.ts'
import { kindsOf, methodOfType, type VerificationType } from '../../one-time/kind.ts'
import { confirm } from '../../profile/confirm.ts'
import type { SessionBody } from '../../session/answer.ts'
import { startSession } from '../../session/start.ts'
import { tellOfNewDevice } from '../../session/tell.ts'
import { changeAddress, changedBy, tellOfChange } from './change.ts'
import { proveAddress } from './prove.ts'

/** What came of a one-time token. `half`: of a change, the other address is still to be confirmed. */
export type Used =
  | { readonly kind: 'session'; readonly body: SessionBody }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'half' }

export interface Use {
  readonly type: VerificationType
  readonly brought: Brought
  /** Whether a session begins at once, or a code is given for who has the verifier. */
  readonly into: 'session' | 'code'
}

/**
 * Uses a one-time token: it is claimed, what follows from it is done, and somebody is signed in, in one transaction. One
 * trip, and two where a profile waited for it (`confirm`).
 * @throws Problem otp_expired of whatever is not good; user_banned or email_exists of what would have been; as `confirm`
 */
export async function useOneTime(context: AuthContext, { type, brought, into }: Use): Promise<Used> {
  const timing = context.get('timing')
  const now = context.get('server').clock.nowMilliseconds()
  const claim = claimOneTime(context, brought, kindsOf[type], now)
  const effect = type === 'email_change' ? changeAddress(context, claim, now) : proof(context, claim, now)
  const ending =
    into === 'code' ? inCode(claim, effect.whose, type, now) : inSession(context, effect.whose, now)
  const before = [...claim.statements, ...effect.statements]
  timing.mark('parse')

  const after = [...ending.statements, ...effect.end]
  const results = await confirm(context, { before, whose: effect.whose, look: claim.look, after })
  timing.mark('db')
  const outcome = claim.outcomeOf(results)
  if (outcome === 'none') throw new Problem('otp_expired')
  if (outcome === 'banned') throw new Problem('user_banned')
  const changed = type === 'email_change' ? changedBy(results[claim.statements.length]) : null
  const used = await ending.usedBy(results.slice(before.length, before.length + ending.statements.length))
  if (used === null) {
    if (changed?.isHalf === true) return { kind: 'half' }
    throw new Problem('email_exists')
  }
  if (changed !== null) tellOfChange(context, changed, now)
  return used
}

const proof = (context: AuthContext, claim: Claim, now: number) => ({
  statements: proveAddress(context, claim, now),
  whose: claim.whose,
  end: [claim.end],
})

interface Ending {
  readonly statements: readonly Statement[]
  /** Of their results: null where nobody may be signed in. */
  usedBy(results: readonly Result[]): Promise<Used | null>
}

function inSession(context: AuthContext, whose: Condition, nowMilliseconds: number): Ending {
  const session = startSession(context, { whose, method: 'otp', nowMilliseconds })
  return {
    statements: session.statements,
    async usedBy(results) {
      const signedIn = session.outcomeOf(results)
      if (signedIn === null) return null
      tellOfNewDevice(context, signedIn, nowMilliseconds)
      return { kind: 'session', body: await session.bodyOf(signedIn) }
    },
  }
}

function inCode(claim: Claim, whose: Condition, type: VerificationType, nowMilliseconds: number): Ending {
  const challenge: Condition = {
    sql: `(select code_challenge from auth_one_time_tokens where ${claim.row.sql})`,
    args: claim.row.args,
  }
  const { code, statements } = issueCode({ whose, method: methodOfType[type], challenge, nowMilliseconds })
  return {
    statements,
    usedBy: async ([issued]) => (issued?.affectedRows === 1 ? { kind: 'code', code } : null),
  }
}
