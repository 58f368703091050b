import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Policy, PolicyCaller, Verdict } from '../../declare/policy.ts'
import type { ResourceOptions } from '../../declare/resource.ts'
import type { Field } from '../field.ts'
import { anonymous, type Caller, someUser, type UserCaller } from './caller.ts'
import { type Roles, union } from './roles.ts'
import { policyCaller } from './value.ts'

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
  /** What it is confined to, by name; null: nothing but policies. */
  readonly scope: ReadonlySet<string> | null
  readonly caller: PolicyCaller
}

/** Names roles that the backend declares, in one order: others come from tokens, there may be many, and they say nothing. */
export function audienceKey({ includes }: Roles, caller: Caller): string {
  if (caller.kind !== 'user') return caller.kind
  const { role, roles, aal, isAnonymous, resources } = caller
  const isPlain = aal === 1 && !isAnonymous && resources === null
  if (isPlain && roles.length === 0) return `user:${includes.has(role) ? role : ''}`
  const names = knownRoles(caller, includes).sort()
  return isPlain && names.length < 2
    ? `user:${names[0] ?? ''}`
    : JSON.stringify([names, aal, isAnonymous, resources])
}

/** Without those that the backend does not declare, or does not declare any more: they include nothing. */
function knownRoles({ role, roles }: UserCaller, includes: Roles['includes']): string[] {
  return [...new Set([role, ...roles])].filter((name) => includes.has(name))
}

export function audienceOf(roles: Roles, caller: Caller): Audience {
  const isUser = caller.kind === 'user'
  const names = isUser ? knownRoles(caller, roles.includes) : []
  const resources = isUser ? caller.resources : null
  return {
    key: audienceKey(roles, caller),
    above: caller.kind === 'service',
    session: isUser,
    scope: resources === null ? null : new Set(resources),
    caller: policyCaller(roles, {
      signedIn: isUser,
      aal2: isUser && caller.aal === 2,
      isAnonymous: isUser && caller.isAnonymous,
      includes: union(names, roles.includes),
      grants: union(names, roles.grants),
    }),
  }
}

/**
 * Everybody who is not above policies: nobody in particular, and users of each declared role, with a second factor and
 * without, and who have not said who they are. Who has several roles is told more, and nothing else.
 */
export function declaredAudiences(roles: Roles): readonly Audience[] {
  const users = [...roles.includes.keys()].flatMap((name): Caller[] => {
    const user = someUser(name)
    return [user, { ...user, aal: 2 }, { ...user, isAnonymous: true }]
  })
  return [anonymous, ...users].map((caller) => audienceOf(roles, caller))
}

/** What a policy is about. A row that changes is judged twice: as it was, and as it will be. */
export const actions = ['read', 'create', 'update_from', 'update_to', 'delete'] as const
export type Action = (typeof actions)[number]

type Ruled = { readonly name: string; readonly options: ResourceOptions<SQLiteTable> }

/** Which rows an audience may read, make, change or delete. Nothing declared, or out of its scope: none. */
export function verdictOf(resource: Ruled, action: Action, audience: Audience): Verdict {
  if (!isInScope(audience, resource.name)) return false
  return audience.above || (policyOf(resource.options, action)?.({ caller: audience.caller }) ?? false)
}

/** Whether an API key may ask for what has this name: a resource, or a procedure as `rpc/{name}`. */
export function isInScope({ scope }: Audience, name: string): boolean {
  return scope === null || scope.has(name)
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
