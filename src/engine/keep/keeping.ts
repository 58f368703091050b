import { digest } from '../../base/crypto.ts'
import { type CallerValue, isClaimValue } from '../../model/caller/value.ts'
import type { Model } from '../../model/model.ts'
import type { Keep } from '../../model/resource.ts'
import { shortest } from '../../model/rule/keep.ts'
import { namesIn } from '../../model/rule/watch.ts'
import type { Guarded } from '../../query/tree.ts'
import type { Binding, Fragment } from '../../sql/fragment.ts'
import { partOfRead, type TablePart } from './part.ts'
import { policySources, resourcesOf } from './sources.ts'
import { isVolatile } from './text/volatile.ts'

/** How answers of one plan may be kept. */
export interface Keeping {
  readonly keep: Keep
  /**
   * What was asked, without the look at the session: the guarded query as text, how it is kept, and what it binds. Two
   * callers, and two deployments, share an answer only if these are equal.
   */
  readonly digest: string
  readonly bindings: readonly Binding[]
  /** Tables whose rows the answer depends on. */
  readonly tables: readonly string[]
  /** Of one of them it needs the rows of one part alone; null: of all of them, all. */
  readonly part: TablePart | null
  /** Whether it depends on who asks: such an answer is nobody else's, and leaves no isolate. */
  readonly isPrivate: boolean
  /** Whether nobody in particular is told the same: then no session has to stand. */
  readonly isOpen: boolean
}

/**
 * Null where answers must not be kept: a resource in it does not allow it, or it depends on the time, on chance, or on
 * what nobody watches.
 * @param query the statement without the look at the session
 */
export function keepingOf(guarded: Guarded, query: Fragment, model: Model): Omit<Keeping, 'isOpen'> | null {
  const { root } = guarded
  const keeps = resourcesOf(root).map(({ keep }) => keep)
  const allowed = keeps.filter((keep) => keep !== null)
  if (allowed.length < keeps.length || isVolatile(query)) return null
  const callerValues = query.bindings.filter((binding) => binding.from === 'caller')
  if (callerValues.some(({ name }) => !isOwnValue(name))) return null
  const all = [...model.resources.values()].map(({ tableName }) => tableName)
  const tables = namesIn(query.text, all)
  const known = new Set(all.map((name) => name.toLowerCase()))
  // Of other tables nobody counts the changes.
  if (!policySources(root).every((name) => known.has(name))) return null
  if (!tables.every((name) => model.watch.tables.has(name)) || /\b(?:auth|selvage)_/i.test(query.text))
    return null
  const keep = shortest(allowed)
  return {
    keep,
    // An entry goes by the times that it was kept with: a deployment that has others finds none of it.
    digest: digest(JSON.stringify([query.text, keep])),
    bindings: query.bindings,
    tables,
    part: partOfRead(guarded),
    isPrivate: callerValues.length > 0,
  }
}

/** What a policy may use of a caller: it is bound, and so part of the key. The session's values are not. */
function isOwnValue(name: CallerValue): boolean {
  return name === 'id' || name === 'email' || isClaimValue(name)
}
