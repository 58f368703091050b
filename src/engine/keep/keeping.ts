import { digest } from '../../base/crypto.ts'
import { type CallerValue, isClaimValue } from '../../model/caller/value.ts'
import { render } from '../../model/expression.ts'
import type { Model } from '../../model/model.ts'
import type { Keep, Resource } from '../../model/resource.ts'
import { namesIn, shortest } from '../../model/rule/keep.ts'
import type { Gate, Guarded, Node } from '../../query/tree.ts'
import type { Binding, Fragment } from '../../sql/fragment.ts'

/** How answers of one plan may be kept. */
export interface Keeping {
  readonly keep: Keep
  /**
   * What was asked, without the look at the session: the guarded query as text, and what it binds. Two callers share an
   * answer only if these are equal.
   */
  readonly digest: string
  readonly bindings: readonly Binding[]
  /** Tables whose rows the answer depends on. */
  readonly tables: readonly string[]
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
export function keepingOf({ root }: Guarded, query: Fragment, model: Model): Omit<Keeping, 'isOpen'> | null {
  const keeps = resourcesOf(root).map(({ keep }) => keep)
  const allowed = keeps.filter((keep) => keep !== null)
  if (allowed.length < keeps.length || isVolatile(query)) return null
  const callerValues = query.bindings.filter((binding) => binding.from === 'caller')
  if (callerValues.some(({ name }) => !isOwnValue(name))) return null
  const all = [...model.resources.values()].map(({ tableName }) => tableName)
  const tables = namesIn(query.text, all)
  if (!policiesOf(root).every((policy) => isAbout(policy, all))) return null
  if (!tables.every((name) => model.watch.tables.has(name)) || /\b(?:auth|selvage)_/i.test(query.text))
    return null
  return {
    keep: shortest(allowed),
    digest: digest(query.text),
    bindings: query.bindings,
    tables,
    isPrivate: callerValues.length > 0,
  }
}

/** What a policy may use of a caller: it is bound, and so part of the key. The session's values are not. */
function isOwnValue(name: CallerValue): boolean {
  return name === 'id' || name === 'email' || isClaimValue(name)
}

/** What the gates ask of rows, as SQL. */
function policiesOf(node: Node<Gate>): readonly string[] {
  const below = node.embeds.flatMap(({ node: embedded, through }) => [
    ...(through === null ? [] : verdictText(through.gate)),
    ...policiesOf(embedded),
  ])
  return [...verdictText(node.gate), ...below]
}

function verdictText({ verdict }: Gate): readonly string[] {
  return typeof verdict === 'boolean' ? [] : [render(verdict).text]
}

const source = /\b(?:from|join)\s+(?:["`[]([^"`\]]+)["`\]]|([\w$]+)\b(?!\s*\())/gi

/** Whether all that a policy reads are tables of resources: of others nobody counts the changes. */
function isAbout(policy: string, tables: readonly string[]): boolean {
  const names = new Set(tables.map((name) => name.toLowerCase()))
  return [...policy.matchAll(source)].every(([, quoted, bare = '']) =>
    names.has((quoted ?? bare).toLowerCase()),
  )
}

/** All whose rows are shown, or are between those. */
function resourcesOf(node: Node<Gate>): readonly Resource[] {
  const below = node.embeds.flatMap(({ node: embedded, relation }) => [
    ...(relation.through === null ? [] : [relation.through.resource]),
    ...resourcesOf(embedded),
  ])
  return [node.resource, ...below]
}

/** Functions of SQLite that answer otherwise each time; those of time, when they are asked for the present. */
const volatile =
  /\bcurrent_(?:time|date|timestamp)\b|\brandom(?:blob)?\s*\(|\b(?:total_)?changes\s*\(|\blast_insert_rowid\s*\(|\b(?:date|time|datetime|julianday|unixepoch)\s*\(\s*\)|\bstrftime\s*\(\s*'[^']*'\s*\)|['"](?:now|subsec(?:ond)?)['"]/i
/** Names of the present, as an argument of such a function (https://sqlite.org/lang_datefunc.html#time_values). */
const present = /^(?:now|subsec(?:ond)?)$/i

function isVolatile({ text, bindings }: Fragment): boolean {
  return (
    volatile.test(text) ||
    bindings.some(
      (binding) =>
        binding.from === 'constant' && binding.value.type === 'text' && present.test(binding.value.value),
    )
  )
}
