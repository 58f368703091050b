import {
  and as drizzleAnd,
  exists as drizzleExists,
  not as drizzleNot,
  or as drizzleOr,
  type SQL,
  sql,
} from 'drizzle-orm'
import { QueryBuilder, type SQLiteTable } from 'drizzle-orm/sqlite-core'

/** What a policy sees of the caller. Values stay symbols: a policy is compiled once for each role, not for each user. */
export interface PolicyCaller {
  /** Whether there is a user. Known when the policy is compiled: branch on it as you like. */
  readonly signedIn: boolean
  /** The user's id as a parameter of the statement; NULL for nobody, which equals nothing. */
  readonly id: SQL<string>
  /** The user's e-mail address as a parameter of the statement; NULL for nobody. */
  readonly email: SQL<string>
  /** Whether the caller has shown a second factor (`aal2`). Known when the policy is compiled. */
  readonly aal2: boolean
  /** Whether the user has not said who they are. Known when the policy is compiled. */
  readonly isAnonymous: boolean
  /** Whether one of the caller's roles is this one or includes it. Known when the policy is compiled. */
  has(role: string): boolean
  /** Whether one of the caller's roles has this permission. Known when the policy is compiled. */
  can(permission: string): boolean
  /**
   * A claim that `auth.claims` made, as a parameter of the statement: NULL when the token has none, lists and objects as
   * JSON.
   */
  claim(name: string): SQL<string>
}

/** What a policy is given. */
export interface PolicyContext {
  readonly caller: PolicyCaller
}

/**
 * Which rows: `true` all, `false` none, or a condition over the row, for which NULL is no. It may look into other tables
 * by subquery.
 */
export type Verdict = SQL | boolean
/** Decides for a caller which rows of one table there are. */
export type Policy = (context: PolicyContext) => Verdict

/** Where a row may be changed by other rules than it may be left by. */
export interface UpdatePolicy {
  /** The row as it was. */
  readonly from: Policy
  /** The row as it will be. */
  readonly to: Policy
}

/** Who may see a field. It knows the caller's roles, not the row. */
export type FieldRule = (context: PolicyContext) => boolean

/** Every caller, signed in or not. */
export const everyone: FieldRule = () => true

/** No caller: as a rule for writing, the field is the server's. A service key stands above it. */
export const nobody: FieldRule = () => false

/** Callers who have one of these roles, or one that includes it. */
export function role(...names: readonly string[]): FieldRule {
  return ({ caller }) => names.some((name) => caller.has(name))
}

/** Callers who may do one of these things, as `permissions` of the backend says. */
export function permission(...names: readonly string[]): FieldRule {
  return ({ caller }) => names.some((name) => caller.can(name))
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

/** Whether another table has a row for which the verdict holds. Columns of the policy's own table may stand in it. */
export function exists(table: SQLiteTable, verdict: Verdict): Verdict {
  if (verdict === false) return false
  const rows = new QueryBuilder().select({ one: sql`1` }).from(table)
  return drizzleExists(verdict === true ? rows : rows.where(verdict))
}
