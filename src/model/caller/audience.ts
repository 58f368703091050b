import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { BackendDeclaration } from '../../declare/backend.ts'
import type { Policy, PolicyCaller, Verdict } from '../../declare/policy.ts'
import type { ResourceOptions } from '../../declare/resource.ts'
import type { Field } from '../field.ts'
import { anonymous, type Caller, someUser } from './caller.ts'
import { policyCaller } from './value.ts'

/** Each declared role of users with all that it includes, itself too. */
export type Roles = ReadonlyMap<string, ReadonlySet<string>>

/**
 * All callers for whom policies say the same: a plan is made for an audience, not for a user.
 * `key` tells audiences apart.
 */
export interface Audience {
  readonly key: string
  /** A service key stands above policies. */
  readonly above: boolean
  /** Whether the statement must check a session. */
  readonly session: boolean
  readonly caller: PolicyCaller
}

/** @throws TypeError on a role that includes an unknown one, or a default role that is not declared */
export function rolesOf(declaration: BackendDeclaration): Roles {
  const declared = new Map(Object.entries(declaration.roles))
  const close = (name: string, seen: Set<string>): Set<string> => {
    const includes = declared.get(name)
    if (includes === undefined)
      throw new TypeError(`role '${name}' is not declared in roles of '${declaration.name}'`)
    if (!seen.has(name)) {
      seen.add(name)
      for (const included of includes) close(included, seen)
    }
    return seen
  }
  for (const reserved of ['anon', 'service_role']) {
    if (declared.has(reserved))
      throw new TypeError(`role '${reserved}' is always there and must not be declared`)
  }
  if (!declared.has(declaration.defaultRole))
    throw new TypeError(`defaultRole '${declaration.defaultRole}' is not declared in roles`)
  return new Map([...declared.keys()].map((name) => [name, close(name, new Set())]))
}

/** A role that is not declared comes from a token, and there may be many: it shares the key of none. */
export function audienceKey(roles: Roles, caller: Caller): string {
  return caller.kind === 'user' ? `user:${roles.has(caller.role) ? caller.role : ''}` : caller.kind
}

/** A role that the backend does not declare any more includes nothing: its bearer is a user and no more. */
export function audienceOf(roles: Roles, caller: Caller): Audience {
  const known = new Set(roles.keys())
  const includes = caller.kind === 'user' ? (roles.get(caller.role) ?? new Set<string>()) : new Set<string>()
  return {
    key: audienceKey(roles, caller),
    above: caller.kind === 'service',
    session: caller.kind === 'user',
    caller: policyCaller(includes, known, caller.kind === 'user'),
  }
}

/** Everybody who is not above policies: nobody in particular, and a user of each declared role. */
export function declaredAudiences(roles: Roles): readonly Audience[] {
  const users = [...roles.keys()].map(someUser)
  return [anonymous, ...users].map((caller) => audienceOf(roles, caller))
}

/** What a policy is about. A row that changes is judged twice: as it was, and as it will be. */
export const actions = ['read', 'create', 'update_from', 'update_to', 'delete'] as const
export type Action = (typeof actions)[number]

type Ruled = { readonly options: ResourceOptions<SQLiteTable> }

/** Which rows an audience may read, make, change or delete. Nothing declared: none. */
export function verdictOf(resource: Ruled, action: Action, audience: Audience): Verdict {
  return audience.above || (policyOf(resource.options, action)?.({ caller: audience.caller }) ?? false)
}

/** What the author says of an action. */
export function policyOf(options: Ruled['options'], action: Action): Policy | undefined {
  switch (action) {
    case 'update_from':
    case 'update_to': {
      const { update } = options
      if (typeof update !== 'object') return update
      return action === 'update_from' ? update.from : update.to
    }
    default:
      return options[action]
  }
}

/** Whether a resource exists for an audience: whether there can be a row that it may read. */
export function isVisible(resource: Ruled, audience: Audience): boolean {
  return verdictOf(resource, 'read', audience) !== false
}

export function isFieldVisible(field: Field, audience: Audience): boolean {
  return audience.above || field.read === null || field.read({ caller: audience.caller })
}

/** Whether an audience may give a field a value when a row is made, or changes: a key stays as it is. */
export function isFieldWritable(
  resource: { readonly key: readonly Field[] },
  field: Field,
  audience: Audience,
  verb: 'insert' | 'update',
): boolean {
  // The database works it out, for everyone.
  if (field.column.generated !== undefined) return false
  if (verb === 'update' && resource.key.includes(field)) return false
  if (audience.above) return true
  if (field.write !== null) return field.write({ caller: audience.caller })
  return field.made === null && isFieldVisible(field, audience)
}
