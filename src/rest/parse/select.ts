/**
 * `select=`: columns, JSON paths, casts, aggregates and embeds.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html#vertical-filtering and
 * https://docs.postgrest.org/en/stable/references/api/resource_embedding.html
 */
import { Problem } from '../../base/problem.ts'
import type {
  AggregateIntent,
  AggregateName,
  FilterIntent,
  OrderIntent,
  SelectIntent,
  Slot,
} from '../../query/intent.ts'
import {
  type Budget,
  char,
  checkLabel,
  expectEnd,
  isQuoted,
  readName,
  readPath,
  type Scan,
  skipSpace,
  spendPart,
  take,
  takeText,
  takeWord,
  unexpected,
} from './scan/scanner.ts'

/** A node of the intent while the other parameters still add to it; its members are in the order of NodeIntent. */
export interface NodeDraft {
  readonly select: SelectIntent[]
  readonly where: FilterIntent[]
  order: readonly OrderIntent[]
  limit: Slot | null
  offset: Slot | null
}

/** A node and the ways to those below it: parameters such as `items.order` find their node by it. */
export interface Branch {
  readonly node: NodeDraft
  readonly embeds: Embed[]
}

export interface Embed extends Branch {
  readonly relation: string
  readonly alias: string | null
}

/**
 * The root with everything that was selected. An absent or empty `select` is `*`.
 * @throws Problem PGRST100; LIMIT_EMBEDS; LIMIT_QUERY_SIZE
 */
export function parseSelect(text: string, budget: Budget): Branch {
  const scan: Scan = { text, subject: 'select', budget, at: 0 }
  const root = newBranch()
  skipSpace(scan)
  if (scan.at === text.length) root.node.select.push({ kind: 'all' })
  else readItems(scan, root, 0)
  expectEnd(scan, 'a comma, or the end')
  return root
}

/** The node at the end of a way of aliases, or of names where there is no alias. @throws Problem PGRST108 */
export function findBranch(root: Branch, way: readonly string[]): Branch {
  let branch = root
  for (const name of way) {
    const { embeds } = branch
    const named = embeds.filter((embed) => embed.alias === name)
    const found = named.length > 0 ? named : embeds.filter((embed) => embed.relation === name)
    const [next] = found
    if (next === undefined) {
      throw new Problem('PGRST108', {
        message: `'${name}' is not an embedded resource in this request`,
        hint: `Verify that '${name}' is included in the 'select' query parameter.`,
      })
    }
    if (found.length > 1) {
      throw new Problem('PGRST108', {
        message: `'${name}' is embedded ${found.length} times in this request`,
        hint: `Give each of them an alias in 'select' (alias:${name}(…)), and use the alias here.`,
      })
    }
    branch = next
  }
  return branch
}

const aggregates: ReadonlyMap<string, AggregateName> = new Map([
  ['sum', 'sum'],
  ['avg', 'avg'],
  ['min', 'min'],
  ['max', 'max'],
  ['count', 'count'],
])

const itemExpected = 'a column, *, count(), relation(…) or ...relation(…)'

function newBranch(): Branch {
  return { node: { select: [], where: [], order: [], limit: null, offset: null }, embeds: [] }
}

function readItems(scan: Scan, branch: Branch, depth: number): void {
  do {
    skipSpace(scan)
    spendPart(scan)
    readItem(scan, branch, depth)
    skipSpace(scan)
  } while (take(scan, char.comma))
}

function readItem(scan: Scan, branch: Branch, depth: number): void {
  if (takeText(scan, '...')) {
    const relation = readName(scan, 'the name of a relation')
    readEmbed(scan, branch, depth, { relation, alias: null, spread: true })
    return
  }
  if (take(scan, char.star)) {
    branch.node.select.push({ kind: 'all' })
    return
  }
  let quoted = isQuoted(scan)
  let name = readName(scan, itemExpected)
  let alias: string | null = null
  if (scan.text.charCodeAt(scan.at) === char.colon && scan.text.charCodeAt(scan.at + 1) !== char.colon) {
    alias = checkLabel(scan, name)
    scan.at += 1
    skipSpace(scan)
    quoted = isQuoted(scan)
    name = readName(scan, 'a column, count() or relation(…) behind the alias')
  }
  const next = scan.text.charCodeAt(scan.at)
  if (next === char.open && name === 'count' && !quoted) {
    expectCall(scan)
    branch.node.select.push({ kind: 'count', alias, cast: readCast(scan) })
  } else if (next === char.open || next === char.bang) {
    readEmbed(scan, branch, depth, { relation: name, alias, spread: false })
  } else {
    const path = readPath(scan, name)
    const cast = readCast(scan)
    branch.node.select.push({ kind: 'column', path, alias, cast, aggregate: readAggregate(scan) })
  }
}

function readEmbed(
  scan: Scan,
  parent: Branch,
  depth: number,
  head: { readonly relation: string; readonly alias: string | null; readonly spread: boolean },
): void {
  const { hint, join } = readModifiers(scan)
  if (!take(scan, char.open)) {
    unexpected(scan, '( and what to take of the relation', 'Write relation(*) or relation(column,…).')
  }
  checkEmbed(scan, depth + 1)
  const branch = newBranch()
  skipSpace(scan)
  if (scan.text.charCodeAt(scan.at) !== char.close) readItems(scan, branch, depth + 1)
  if (!take(scan, char.close)) unexpected(scan, `a comma, or ) to end ${head.relation}(`)
  const { relation, alias, spread } = head
  parent.node.select.push({
    kind: 'embed',
    relation,
    hint,
    join: join ?? 'left',
    alias,
    spread,
    node: branch.node,
  })
  parent.embeds.push({ node: branch.node, embeds: branch.embeds, relation, alias })
}

/** `!hint`, `!inner` and `!left`: at most one hint and one join, in any order. A quoted name is always a hint. */
function readModifiers(scan: Scan): { hint: string | null; join: 'inner' | 'left' | null } {
  let hint: string | null = null
  let join: 'inner' | 'left' | null = null
  while (scan.text.charCodeAt(scan.at) === char.bang) {
    const start = scan.at
    scan.at += 1
    const quoted = isQuoted(scan)
    const name = readName(scan, 'inner, left or a hint behind !')
    const isJoin = !quoted && (name === 'inner' || name === 'left')
    if (isJoin ? join !== null : hint !== null) {
      scan.at = start
      unexpected(scan, 'one hint and one of !inner and !left at most')
    }
    if (isJoin) join = name === 'inner' ? 'inner' : 'left'
    else hint = name
  }
  return { hint, join }
}

/** Before the recursion, so that no query text can make it deeper than the limit. */
function checkEmbed(scan: Scan, depth: number): void {
  const { limits } = scan.budget
  scan.budget.embeds += 1
  if (depth <= limits.embedDepth && scan.budget.embeds <= limits.embeds) return
  throw new Problem('LIMIT_EMBEDS', {
    message:
      depth > limits.embedDepth
        ? `Embeds are nested more than ${limits.embedDepth} levels deep at character ${scan.at} of select`
        : `There are more than ${limits.embeds} embeds: stopped at character ${scan.at} of select`,
    hint: 'Ask for the rest in a second request.',
  })
}

function readCast(scan: Scan): string | null {
  if (!takeText(scan, '::')) return null
  if (isQuoted(scan)) unexpected(scan, 'the bare name of a type behind ::')
  return checkLabel(scan, readName(scan, 'the name of a type behind ::'))
}

function readAggregate(scan: Scan): AggregateIntent | null {
  if (!take(scan, char.dot)) return null
  const start = scan.at
  const name = aggregates.get(takeWord(scan))
  if (name === undefined) {
    scan.at = start
    return unexpected(
      scan,
      'one of sum(), avg(), min(), max() and count()',
      'Quote a column with a dot: "a.b".',
    )
  }
  expectCall(scan)
  return { name, cast: readCast(scan) }
}

function expectCall(scan: Scan): void {
  if (!takeText(scan, '()')) unexpected(scan, '() behind the name of an aggregate')
  skipSpace(scan)
}
