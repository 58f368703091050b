import { type Fragment, literal, sql } from '../fragment.ts'

/** What must not be; if it is, the transaction ends, and its error says `code`. */
export interface Demand {
  readonly failsWhen: Fragment
  readonly code: FailureCode
  /** What the error may need: the name of a foreign key, or columns as SQLite says them. */
  readonly about?: string
}

export type FailureCode =
  /** The session of the caller is over. */
  | 'session'
  /** What a procedure requires does not hold. */
  | 'refused'
  /** A row is not as the policy demands. */
  | 'policy'
  /** What a row refers to is not there for the caller. */
  | 'parent'
  /** A row that is not there any more holds a unique value. */
  | 'duplicate'
  /** A row was written that cannot be judged. */
  | 'unseen'
  /** More rows than one write may touch. */
  | 'rows'
  /** More rows than the client said. */
  | 'cap'
  /** The item is not there, or not for the caller to touch. */
  | 'absent'
  /** Not one row, where the client demands one. */
  | 'single'
  /** The item is not what `If-Match` or `If-None-Match` says. */
  | 'match'

const prefix = '!selvage:'

/**
 * A statement that fails by the first demand that is not met. Outside of triggers SQLite has no RAISE: what it makes of
 * a path that is none is an error with the path in its message, and CASE comes to it only when it must.
 */
export function refuse(demands: readonly Demand[]): Fragment | null {
  if (demands.length === 0) return null
  const cases = demands
    .map(({ failsWhen, code, about }) => sql`when ${failsWhen} then ${failure(code, about)}`)
    .reduce((before, next) => sql`${before} ${next}`)
  return sql`select case ${cases} end`
}

function failure(code: FailureCode, about: string | null = null): Fragment {
  return sql`json_extract('{}', ${literal(`${prefix}${JSON.stringify([code, about])}`)})`
}

/** An expression that fails because of an author's own rule. */
export const refusalStatement: Fragment = failure('refused')

/** One that fails because there is not one row, and one because there are too many. */
export const singleFailure: Fragment = failure('single')
export const capFailure: Fragment = failure('cap')

/** What `refuse` said, out of SQLite's error message. Null of another error. */
export function readFailure(message: string): { code: FailureCode; about: string | null } | null {
  const start = message.indexOf(prefix)
  const end = message.lastIndexOf("'")
  if (start === -1 || end < start) return null
  const [code, about] = JSON.parse(message.slice(start + prefix.length, end)) as [FailureCode, string | null]
  return { code, about }
}
