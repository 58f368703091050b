import { getTableConfig } from 'drizzle-orm/sqlite-core'
import type { ResourceOptions } from '../../declare/resource.ts'
import { declaredAudiences, verdictOf } from '../caller/audience.ts'
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
}

/** Where nothing is kept. */
export const nothingWatched: Watch = { tables: new Set(), touchedBy: () => [] }

/** Those of resources that are kept, and those that their policies look into. */
export function watchOf(resources: readonly Resource[], roles: Roles): Watch {
  const names = new Set(resources.map(({ tableName }) => tableName))
  const kept = resources.filter(({ keep }) => keep !== null)
  const policies = kept.flatMap((resource) =>
    declaredAudiences(roles).flatMap((audience) => {
      const verdict = verdictOf(resource, 'read', audience)
      return typeof verdict === 'boolean' ? [] : [render(verdict).text]
    }),
  )
  const tables = new Set([...kept.map(({ tableName }) => tableName), ...namesIn(policies.join(' '), names)])
  const followers = (along: readonly ForeignAction[]) =>
    new Map([...names].map((name) => [name, changedWith(name, resources, along)]))
  const [gone, changed] = [followers(['onDelete', 'onUpdate']), followers(['onUpdate'])]
  return {
    tables,
    touchedBy: (tableName, isDelete) =>
      [tableName, ...((isDelete ? gone : changed).get(tableName) ?? [])].filter((name) => tables.has(name)),
  }
}

/** Those names that a text of SQL has as a word: rather one too many than one too few. */
export function namesIn(text: string, names: Iterable<string>): readonly string[] {
  const lower = text.toLowerCase()
  return [...names].filter((name) => lower.includes(name.toLowerCase()))
}

type ForeignAction = 'onDelete' | 'onUpdate'

/** Tables whose rows go or change with rows of this one: along all foreign keys that say so. */
function changedWith(
  tableName: string,
  resources: readonly Resource[],
  along: readonly ForeignAction[],
): readonly string[] {
  const found = new Set<string>()
  const follow = (name: string): void => {
    for (const { table, tableName: referring } of resources) {
      const refers = getTableConfig(table).foreignKeys.some(
        (key) =>
          getTableConfig(key.reference().foreignTable).name === name &&
          along.some((action) => !['no action', 'restrict'].includes(key[action] ?? 'no action')),
      )
      if (refers && !found.has(referring)) {
        found.add(referring)
        follow(referring)
      }
    }
  }
  follow(tableName)
  return [...found]
}
