import type { Problem } from '../../base/problem.ts'
import type { Statement } from '../../base/statement.ts'
import type { Asker } from '../asker/asker.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import type { Method } from '../session/start.ts'

type Json = Readonly<Record<string, unknown>>

export type FactorType = 'totp' | 'webauthn'

/** The kinds that a backend has. */
export type FactorKinds = Readonly<Partial<Record<FactorType, FactorKind>>>

/** A kind of second factor: what differs from one to another. */
export interface FactorKind {
  readonly method: Method
  /** What a new one keeps, and what it answers besides its id. */
  enrol(context: AuthContext, asked: AskedFactor): Promise<Enrolled>
  /** What the answer of a challenge says besides its id. */
  ask(context: AuthContext, factor: StoredFactor, challenge: string): Promise<Json>
  /** What makes sure that a factor cannot be tried too often, before it is read; the first one decides whether it may be tried. */
  claim(attempt: Attempt): readonly Statement[]
  /** Why it may not be tried. */
  refusal(shown: Shown): Problem
  /** @throws Problem of what proves nothing */
  prove(context: AuthContext, shown: Shown): Promise<Proof>
}

export interface AskedFactor {
  readonly id: string
  /** Whom the factor is for, as they know themselves. */
  readonly account: string
  /** Null: whose the factor is goes by the product. */
  readonly issuer: string | null
}

export interface Enrolled {
  readonly secret: string | null
  readonly answer: Json
}

/** A row of `auth_factors`, with its credentials. */
export interface StoredFactor {
  readonly id: string
  /** What stands for recovery codes is of no kind: it is neither challenged nor verified. */
  readonly type: FactorType | 'recovery_code'
  readonly status: 'unverified' | 'verified'
  readonly name: string | null
  readonly secret: string | null
  readonly lastStep: number | null
  readonly failures: number
  readonly failedAt: number | null
  readonly userId: string
  readonly email: string | null
  readonly emailConfirmedAt: number | null
  readonly credentials: readonly StoredCredential[]
}

/** A row of `auth_credentials`. */
export interface StoredCredential {
  /** As the authenticator names it, base64url. */
  readonly credentialId: string
  readonly publicKeyHex: string
  readonly counter: number
  readonly transports: readonly string[]
}

export interface Attempt {
  readonly asker: Asker
  readonly factorId: string
  readonly challengeId: string
}

/** What somebody gives who wants to prove that they have a factor. */
export interface Shown {
  readonly factor: StoredFactor
  /** As the challenge that they name has it. */
  readonly challenge: string
  readonly nowMilliseconds: number
  readonly code: string | null
  readonly credential: unknown
}

export interface Proof {
  /** Over the row of `auth_factors`, when the proof is taken: not before, and not twice. */
  readonly when: Condition
  /** What follows when `taken` holds. */
  effects(taken: Condition): readonly Statement[]
}
