import { getTableName } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { once } from '../../base/memory/once.ts'
import { and, type Verdict } from '../../declare/policy.ts'
import { audienceOf, declaredAudiences, verdictOf } from '../caller/audience.ts'
import { anonymous } from '../caller/caller.ts'
import { saidBy } from '../caller/hearing.ts'
import type { Roles } from '../caller/roles.ts'
import { render } from '../expression.ts'
import type { Resource } from '../resource.ts'

/** Tables that answers from caches may depend on, and how a write touches them. */
export interface Watch {
  readonly tables: ReadonlySet<string>
  /** Those of them that change with rows of a table: itself, and where rows go or change because its rows do. */
  touchedBy(tableName: string, isDelete: boolean): readonly string[]
  /** Whether it is one of them, and a write of it changes no other rows of it than those that it is about. */
  isPrecise(tableName: string, isDelete: boolean): boolean
  /** Which rows of a table nobody in particular may read, whichever resource they are of. */
  open(tableName: string): Verdict
}

/** Where nothing is kept. */
export const nothingWatched: Watch = {
  tables: new Set(),
  touchedBy: () => [],
  isPrecise: () => false,
  open: () => false,
}

/** Those of resources that are kept, and those that their policies look into; worked out when first asked for. */
export function watchOf(resources: readonly Resource[], roles: Roles): Watch {
  const tables = once(() => watchedTables(resources, roles))
  const [gone, changed] = [once(() => followers(resources, true)), once(() => followers(resources, false))]
  const followersOf = (tableName: string, isDelete: boolean) =>
    reached((isDelete ? gone : changed)(), tableName)
  const nobody = once(() => audienceOf(roles, anonymous))
  const opened = new Map<string, Verdict>()
  return {
    get tables() {
      return tables()
    },
    touchedBy: (tableName, isDelete) =>
      tables().size === 0
        ? []
        : [...new Set([tableName, ...followersOf(tableName, isDelete)])].filter((name) => tables().has(name)),
    isPrecise: (tableName, isDelete) =>
      tables().has(tableName) && !followersOf(tableName, isDelete).includes(tableName),
    open(tableName) {
      const own = resources.filter((resource) => resource.tableName === tableName)
      const verdict =
        opened.get(tableName) ?? and(...own.map((resource) => verdictOf(resource, 'read', nobody())))
      opened.set(tableName, verdict)
      return verdict
    },
  }
}

function watchedTables(resources: readonly Resource[], roles: Roles): ReadonlySet<string> {
  const kept = resources.filter(({ keep }) => keep !== null)
  if (kept.length === 0) return new Set()
  const callers = declaredAudiences(roles).map(({ caller }) => caller)
  const policies = kept.flatMap(({ options }) =>
    saidBy(options.read ?? (() => false), callers).flatMap((verdict) =>
      typeof verdict === 'boolean' ? [] : [render(verdict).text],
    ),
  )
  const names = resources.map(({ tableName }) => tableName)
  return new Set([...kept.map(({ tableName }) => tableName), ...namesIn(policies.join(' '), names)])
}

/** Those names that stand somewhere in a text of SQL: rather one too many than one too few. */
export function namesIn(text: string, names: Iterable<string>): readonly string[] {
  const lower = text.toLowerCase()
  return [...names].filter((name) => lower.includes(name.toLowerCase()))
}

/** By table, those that refer to it by a key that changes their rows with its own; tables that are no resources, too. */
type Followers = ReadonlyMap<string, readonly string[]>

function followers(resources: readonly Resource[], isDelete: boolean): Followers {
  const found = new Map<string, string[]>()
  const tables = new Set<SQLiteTable>(resources.map(({ table }) => table))
  // What is added is come to as well: a way from a resource to another may lead through a table that is none.
  for (const table of tables) {
    for (const key of getTableConfig(table).foreignKeys) {
      const { foreignTable } = key.reference()
      tables.add(foreignTable)
      if (!isFollowed(key.onUpdate) && !(isDelete && isFollowed(key.onDelete))) continue
      const name = getTableName(foreignTable)
      found.set(name, [...(found.get(name) ?? []), getTableName(table)])
    }
  }
  return found
}

function isFollowed(action: string | undefined): boolean {
  return !['no action', 'restrict'].includes(action ?? 'no action')
}

/** All tables whose rows go or change with rows of this one, directly or by others: itself, too, where a way leads back. */
function reached(followers: Followers, tableName: string): readonly string[] {
  const found = new Set(followers.get(tableName))
  for (const name of found) for (const follower of followers.get(name) ?? []) found.add(follower)
  return [...found]
}
