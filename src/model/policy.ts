import { and as drizzleAnd, not as drizzleNot, or as drizzleOr, type SQL, sql } from 'drizzle-orm'

/** What a policy sees of the caller. Values stay symbols: a policy is compiled once for each role, not for each user. */
export interface PolicyCaller {
  /** Whether there is a user. Known when the policy is compiled: branch on it as you like. */
  readonly signedIn: boolean
  /** The user's id as a parameter of the statement; NULL for nobody, which equals nothing. */
  readonly id: SQL<string>
  /** The user's e-mail address as a parameter of the statement; NULL for nobody. */
  readonly email: SQL<string>
  /** Whether the caller's role is this one or includes it. Known when the policy is compiled. */
  has(role: string): boolean
}

export interface PolicyContext {
  readonly caller: PolicyCaller
}

/** Which rows: `true` all, `false` none, or a condition over the row. It may look into other tables by subquery. */
export type Verdict = SQL | boolean
export type Policy = (context: PolicyContext) => Verdict

/** Who may see a field. It knows the caller's roles, not the row. */
export type FieldRule = (context: PolicyContext) => boolean

/** Everyone. Also nobody's secret: say it where you mean it. */
export const everyone: FieldRule = () => true

/** Callers whose role is one of these or includes one of them. */
export function role(...names: readonly string[]): FieldRule {
  return ({ caller }) => names.some((name) => caller.has(name))
}

/** Drizzle's `and`, for verdicts: `true` and `false` are decided when the policy is compiled. Nothing at all is `true`. */
export function and(...verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false
  return drizzleAnd(...verdicts.filter((verdict) => verdict !== true && verdict !== false)) ?? true
}

/** Drizzle's `or`, for verdicts: `true` and `false` are decided when the policy is compiled. Nothing at all is `false`. */
export function or(...verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(true)) return true
  return drizzleOr(...verdicts.filter((verdict) => verdict !== true && verdict !== false)) ?? false
}

/** Drizzle's `not`, for verdicts. */
export function not(verdict: Verdict): Verdict {
  return typeof verdict === 'boolean' ? !verdict : drizzleNot(verdict)
}

/** Names of the values of a caller that a statement may use as parameters. */
export type CallerValue = 'id' | 'email' | 'sessionId' | 'role' | 'nowMilliseconds'

/** The place of such a value in a Drizzle expression. */
export function callerValue(name: CallerValue): SQL<string> {
  return sql<string>`${sql.placeholder(name)}`
}

/** The caller of a policy that is compiled for a role; `includes` are the roles that it stands for, itself too. */
export function policyCaller(
  includes: ReadonlySet<string>,
  known: ReadonlySet<string>,
  signedIn: boolean,
): PolicyCaller {
  return {
    signedIn,
    id: callerValue('id'),
    email: callerValue('email'),
    has(name) {
      if (!known.has(name)) {
        throw new TypeError(`role '${name}' is not declared: the backend has ${[...known].join(', ')}`)
      }
      return includes.has(name)
    },
  }
}
