import type { BackendDeclaration } from '../../declare/backend.ts'

/** What the backend says of roles of users. */
export interface Roles {
  /** Each declared role with all that it includes, itself too. */
  readonly includes: ReadonlyMap<string, ReadonlySet<string>>
  /** By role, what its bearers may do, by roles that it includes, too. */
  readonly grants: ReadonlyMap<string, ReadonlySet<string>>
  /** Names of all permissions. */
  readonly permissions: ReadonlySet<string>
}

/**
 * @throws TypeError on a role that includes an unknown one, a default role that is not declared, or permissions of a role
 * that is not
 */
export function rolesOf(declaration: BackendDeclaration): Roles {
  const { name: backend, defaultRole, permissions = {} } = declaration
  const declared = new Map(Object.entries(declaration.roles))
  const close = (name: string, seen: Set<string>): Set<string> => {
    const includes = declared.get(name)
    if (includes === undefined) throw new TypeError(`role '${name}' is not declared in roles of '${backend}'`)
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
  if (!declared.has(defaultRole)) throw new TypeError(`defaultRole '${defaultRole}' is not declared in roles`)
  const granted = new Map(Object.entries(permissions))
  for (const name of granted.keys())
    if (!declared.has(name))
      throw new TypeError(`permissions names the role '${name}', which is not declared`)
  const includes = new Map([...declared.keys()].map((name) => [name, close(name, new Set())]))
  return {
    includes,
    grants: new Map([...includes].map(([name, all]) => [name, union(all, granted)])),
    permissions: new Set([...granted.values()].flat()),
  }
}

/** All that some of the keys of a map lead to. */
export function union<T>(names: Iterable<string>, sets: ReadonlyMap<string, Iterable<T>>): ReadonlySet<T> {
  return new Set([...names].flatMap((name) => [...(sets.get(name) ?? [])]))
}
