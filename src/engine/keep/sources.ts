import { render } from '../../model/expression.ts'
import type { Resource } from '../../model/resource.ts'
import type { Gate, Node } from '../../query/tree.ts'
import { bare, wordsOf } from './text/words.ts'

/** What the gates of a query read besides its own rows: by each of them the names of tables, in lower case. */
export function policySources(node: Node<Gate>): readonly string[] {
  return policiesOf(node).flatMap(sourcesIn)
}

/** All whose rows are shown, or are between those. */
export function resourcesOf(node: Node<Gate>): readonly Resource[] {
  const below = node.embeds.flatMap(({ node: embedded, relation }) => [
    ...(relation.through === null ? [] : [relation.through.resource]),
    ...resourcesOf(embedded),
  ])
  return [node.resource, ...below]
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

/**
 * The tables of all FROM clauses of a text, and those that stand behind IN. Of a qualified name it is the schema, which is
 * no table's.
 */
export function sourcesIn(sql: string): readonly string[] {
  const words = wordsOf(sql)
  const found: string[] = []
  // By depth of parentheses: whether it is a FROM clause, in which a comma leads to another table.
  const clauses: boolean[] = [false]
  let isAwaited = false
  for (const [index, word] of words.entries()) {
    const lower = word.toLowerCase()
    if (word === '(') clauses.push(isAwaited && clauses.at(-1) === true)
    else if (word === ')') clauses.pop()
    if (lower === 'from') isAwaited = words[index - 1]?.toLowerCase() !== 'distinct'
    else if (lower === 'join' || lower === 'in') isAwaited = true
    else if (word === ',') isAwaited = clauses.at(-1) === true
    else if (word !== '(') {
      if (isAwaited && name.test(word) && !opening.has(lower) && words[index + 1] !== '(')
        found.push(bare(word).toLowerCase())
      isAwaited = false
    }
    if (lower === 'from' && isAwaited) clauses.splice(-1, 1, true)
    else if (closing.has(lower)) clauses.splice(-1, 1, false)
  }
  return found
}

const name = /^['"`[\p{L}_]/u
/** What a subquery begins with. */
const opening: ReadonlySet<string> = new Set(['select', 'values', 'with'])
/** What ends a FROM clause, or begins another query. */
const closing: ReadonlySet<string> = new Set([
  ...['select', 'values', 'where', 'group', 'having', 'window', 'order', 'limit'],
  ...['union', 'intersect', 'except'],
])
