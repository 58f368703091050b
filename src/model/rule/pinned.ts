import { SQL, type SQLChunk, StringChunk } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Verdict } from '../../declare/policy.ts'
import { type Parameter, render } from '../expression.ts'

/**
 * What a column equals in every row for which a verdict holds: `eq(column, …)` by itself or within `and(…)`, as
 * Drizzle writes them. Null of any other form: not to see an equality costs a trip to each shard, to see one that is
 * none would hide rows.
 */
export function pinnedBy(verdict: Verdict, column: SQLiteColumn): Parameter | null {
  if (typeof verdict === 'boolean') return null
  for (const condition of conditionsOf(verdict)) {
    const equal = equalTo(condition, column)
    if (equal !== null) return equal
  }
  return null
}

/** Whether a verdict is such an equality and nothing else: of the rows that meet it none is hidden. */
export function isPinAlone(verdict: Verdict, column: SQLiteColumn): boolean {
  if (typeof verdict === 'boolean') return false
  const [condition, ...more] = conditionsOf(verdict)
  return condition !== undefined && more.length === 0 && equalTo(condition, column) !== null
}

/** All of them must hold. */
function conditionsOf(expression: SQL): readonly SQL[] {
  const chunks = expression.queryChunks.filter((chunk) => textOf(chunk) !== '')
  const [first, inner, last] = chunks
  if (chunks.length === 1 && first instanceof SQL) return conditionsOf(first)
  if (chunks.length === 3 && textOf(first) === '(' && inner instanceof SQL && textOf(last) === ')')
    return conditionsOf(inner)
  const joined = chunks.filter((chunk) => chunk instanceof SQL)
  const isJoined =
    chunks.length === 2 * joined.length - 1 &&
    chunks.every((chunk, index) => (index % 2 === 0 ? chunk instanceof SQL : textOf(chunk) === ' and ')) &&
    !joined.some(isLoose)
  return isJoined ? joined.flatMap(conditionsOf) : [expression]
}

/** Whether an author's own text has an `or` without parentheses, which reaches beyond its `and`. */
function isLoose(condition: SQL): boolean {
  let text = render(condition).text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, ' ')
  for (let longer = ''; longer !== text; ) {
    longer = text
    text = text.replace(/\([^()]*\)/g, ' ')
  }
  return /\bor\b/i.test(text)
}

function equalTo(condition: SQL, column: SQLiteColumn): Parameter | null {
  const [left, operator, right, ...more] = condition.queryChunks.filter((chunk) => textOf(chunk) !== '')
  if (textOf(operator) !== ' = ' || more.length > 0) return null
  const other = left === column ? right : right === column ? left : undefined
  if (other === undefined || other === null) return null
  const { text, parameters } = render(new SQL([other]))
  return text === '?' ? (parameters[0] ?? null) : null
}

function textOf(chunk: SQLChunk | undefined): string | null {
  return chunk instanceof StringChunk ? chunk.value.join('') : null
}
