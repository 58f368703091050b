import { longestKeptSeconds } from '../../base/history/remembered.ts'
import type { ResourceOptions } from '../../declare/resource.ts'
import type { Keep } from '../resource.ts'

/** Null of a resource that says nothing of it. @throws TypeError on a time that is none */
export function keepOf(name: string, { cache }: Pick<ResourceOptions<never>, 'cache'>): Keep | null {
  if (cache === undefined) return null
  const { maxAge, staleWhileRevalidate = 0, staleIfError = 0, clients = 0, afterWrite = 'wait' } = cache
  const times = { maxAge, staleWhileRevalidate, staleIfError, clients }
  for (const [member, seconds] of Object.entries(times)) {
    if (!Number.isInteger(seconds) || seconds < 0)
      throw new TypeError(`${name}: cache.${member} is ${seconds}, and must be whole seconds, 0 or more`)
  }
  const longest = maxAge + Math.max(staleWhileRevalidate, staleIfError)
  if (longest > longestKeptSeconds)
    throw new TypeError(
      `${name}: cache.maxAge and what is given stale after it are ${longest} seconds, and may be ${longestKeptSeconds}, a week: what was written is remembered for little longer`,
    )
  if (clients > maxAge) throw new TypeError(`${name}: cache.clients is more than cache.maxAge`)
  return maxAge === 0 ? null : { ...times, afterWrite }
}

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
