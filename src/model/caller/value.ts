import { type SQL, sql } from 'drizzle-orm'
import type { PolicyCaller } from '../../declare/policy.ts'

const names = [
  'id',
  'email',
  'sessionId',
  'role',
  'aal',
  'authority',
  'nowMilliseconds',
  'requestId',
] as const

/** Names of the values of a caller that a statement may use as parameters. */
export type CallerValue = (typeof names)[number]

export function isCallerValue(name: string): name is CallerValue {
  return names.some((known) => known === name)
}

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
