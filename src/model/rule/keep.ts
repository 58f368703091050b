import { getTableName } from 'drizzle-orm'
import { once } from '../../base/memory/once.ts'
import type { ResourceOptions } from '../../declare/resource.ts'
import { declaredAudiences } from '../caller/audience.ts'
import { saidBy } from '../caller/hearing.ts'
import type { Roles } from '../caller/roles.ts'
import { render } from '../expression.ts'
import type { Keep, Resource } from '../resource.ts'

/** Null of a resource that says nothing of it. @throws TypeError on a time that is none */
export function keepOf(name: string, { cache }: Pick<ResourceOptions<never>, 'cache'>): Keep | null {
  if (cache === undefined) return null
  const { maxAge, staleWhileRevalidate = 0, staleIfError = 0, clients = 0, afterWrite = 'wait' } = cache
  const times = { maxAge, staleWhileRevalidate, staleIfError, clients }
  for (const [member, seconds] of Object.entries(times)) {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > longestSeconds)
      throw new TypeError(
        `${name}: cache.${member} is ${seconds}, and must be whole seconds from 0 to ${longestSeconds}`,
      )
  }
  if (clients > maxAge) throw new TypeError(`${name}: cache.clients is more than cache.maxAge`)
  return maxAge === 0 ? null : { ...times, afterWrite }
}

/** A year, as long as HTTP's caches keep anything. */
const longestSeconds = 31_536_000

/** What all of them allow. */
export function shortest(keeps: readonly Keep[]): Keep {
  const least = (member: Exclude<keyof Keep, 'afterWrite'>): number =>
    Math.min(...keeps.map((keep) => keep[member]))
  return {
    maxAge: least('maxAge'),
    staleWhileRevalidate: least('staleWhileRevalidate'),
    staleIfError: least('staleIfError'),
    clients: least('clients'),
    afterWrite: keeps.every(({ afterWrite }) => afterWrite === 'revalidate') ? 'revalidate' : 'wait',
  }
}

/** Tables that answers from caches may depend on, and how a write touches them. */
export interface Watch {
  readonly tables: ReadonlySet<string>
  /** Those of them that change with rows of a table: itself, and where rows go or change because its rows do. */
  touchedBy(tableName: string, isDelete: boolean): readonly string[]
  /** Whether it is one of them, and a write of it changes no other rows of it than those that it is about. */
  isPrecise(tableName: string, isDelete: boolean): boolean
}

/** Where nothing is kept. */
export const nothingWatched: Watch = { tables: new Set(), touchedBy: () => [], isPrecise: () => false }

/** Those of resources that are kept, and those that their policies look into; worked out when first asked for. */
export function watchOf(resources: readonly Resource[], roles: Roles): Watch {
  const tables = once(() => watchedTables(resources, roles))
  const [gone, changed] = [once(() => followers(resources, true)), once(() => followers(resources, false))]
  const followersOf = (tableName: string, isDelete: boolean) =>
    reached((isDelete ? gone : changed)(), tableName)
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

/** Those names that a text of SQL has as a word: rather one too many than one too few. */
export function namesIn(text: string, names: Iterable<string>): readonly string[] {
  const lower = text.toLowerCase()
  return [...names].filter((name) => lower.includes(name.toLowerCase()))
}

/** By table, those that refer to it by a key that changes their rows with its own. */
type Followers = ReadonlyMap<string, readonly string[]>

function followers(resources: readonly Resource[], isDelete: boolean): Followers {
  const found = new Map<string, string[]>()
  for (const { tableName, foreignKeys } of resources) {
    for (const key of foreignKeys) {
      if (!isFollowed(key.onUpdate) && !(isDelete && isFollowed(key.onDelete))) continue
      const name = getTableName(key.reference().foreignTable)
      found.set(name, [...(found.get(name) ?? []), tableName])
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
