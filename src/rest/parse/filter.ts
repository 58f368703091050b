/**
 * Filters: `op.value` behind a column, and the trees of `and=(…)` and `or=(…)`.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html#horizontal-filtering
 *
 * Values go to `values`, raw; the intent keeps the slot. A list, of `in` and behind `any` and `all`, is one value:
 * a JSON array of texts (and nulls, which only arrays can hold).
 */
import { Problem } from '../../base/problem.ts'
import type { FilterIntent, IsWhat, PathIntent } from '../../query/intent.ts'
import { type Operator, operators, refusedOperator } from '../../query/operator.ts'
import {
  type Budget,
  char,
  expectEnd,
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
import { readArray, readList, readRest, readTreeValue } from './scan/value.ts'

/**
 * The value of `column=op.value`.
 * @throws Problem PGRST100; PGRST127 for what SQLite cannot do; 22P02 for a malformed array; LIMIT_QUERY_SIZE
 */
export function parseFilter(path: PathIntent, text: string, values: string[], budget: Budget): FilterIntent {
  const scan: Scan = { text, subject: `the filter on ${JSON.stringify(path.column)}`, budget, at: 0 }
  spendPart(scan)
  const filter = readCondition(scan, path, values, false)
  expectEnd(scan, 'the end of the filter')
  return filter
}

/** The value of `and=(…)` and `or=(…)`. @throws as parseFilter */
export function parseLogic(
  kind: 'and' | 'or',
  negated: boolean,
  text: string,
  values: string[],
  budget: Budget,
): FilterIntent {
  const scan: Scan = { text, subject: `the ${kind} tree`, budget, at: 0 }
  skipSpace(scan)
  const tree = readTree(scan, kind, negated, values, 1)
  expectEnd(scan, 'the end of the tree')
  return tree
}

const operatorHint = `Write column=operator.value. Operators: ${[...operators.keys(), 'is'].join(', ')}; negated: not.eq.`

const isWhats: ReadonlyMap<string, IsWhat> = new Map([
  ['null', 'null'],
  ['not_null', 'not_null'],
  ['true', 'true'],
  ['false', 'false'],
  ['unknown', 'unknown'],
])

function readTree(
  scan: Scan,
  kind: 'and' | 'or',
  negated: boolean,
  values: string[],
  depth: number,
): FilterIntent {
  const most = scan.budget.limits.logicDepth
  // Before the recursion, so that no query text can make it deeper than the limit.
  if (depth > most) {
    throw new Problem('LIMIT_QUERY_SIZE', {
      message: `and/or are nested more than ${most} levels deep at character ${scan.at + 1} of ${scan.subject}`,
      hint: 'Flatten the tree: and(a,and(b,c)) is and(a,b,c).',
    })
  }
  spendPart(scan)
  if (!take(scan, char.open)) unexpected(scan, '( to begin the conditions', `Write ${kind}=(a.eq.1,b.gt.2).`)
  const items: FilterIntent[] = []
  do {
    skipSpace(scan)
    items.push(readItem(scan, values, depth))
    skipSpace(scan)
  } while (take(scan, char.comma))
  if (!take(scan, char.close)) {
    unexpected(
      scan,
      'a comma, or ) to end the conditions',
      'Quote a value that holds , ( or ): name.eq."a,b".',
    )
  }
  return { kind, negated, items }
}

/**
 * A condition, or a tree in it: `and(…)`, `or(…)`, `not.and(…)`. A column may be called `and` or `not`, too.
 * Beyond PostgREST, `not.` may stand before a column as it may before a tree: `not.age.eq.14` is `age.not.eq.14`.
 */
function readItem(scan: Scan, values: string[], depth: number): FilterIntent {
  const kind = takeTreeStart(scan, 'and(') ?? takeTreeStart(scan, 'or(')
  if (kind !== null) return readTree(scan, kind, false, values, depth + 1)
  const negatedKind = takeTreeStart(scan, 'not.and(') ?? takeTreeStart(scan, 'not.or(')
  if (negatedKind !== null) return readTree(scan, negatedKind, true, values, depth + 1)
  spendPart(scan)
  const negated = takeNot(scan)
  const path = readPath(scan, readName(scan, 'a column, and(…), or(…), not.and(…) or not.or(…)'))
  if (!take(scan, char.dot))
    unexpected(scan, 'a dot and an operator', 'Inside a tree: column.operator.value.')
  const condition = readCondition(scan, path, values, true)
  return negated ? { ...condition, negated: !condition.negated } : condition
}

/** Passes `not.` unless it is a column of that name: `not.eq.1`, `not.not.eq.1`. */
function takeNot(scan: Scan): boolean {
  if (!takeText(scan, 'not.')) return false
  const start = scan.at
  const word = takeWord(scan)
  const next = scan.text.charCodeAt(scan.at)
  const isColumn = (next === char.dot || next === char.open) && (word === 'not' || isOperator(word))
  scan.at = isColumn ? start - 'not.'.length : start
  return !isColumn
}

function isOperator(word: string): boolean {
  return word === 'is' || operators.has(word) || refusedOperator(word) !== null
}

/** Passes `start` but for its parenthesis. */
function takeTreeStart(scan: Scan, start: string): 'and' | 'or' | null {
  if (!takeText(scan, start)) return null
  scan.at -= 1
  return start.endsWith('and(') ? 'and' : 'or'
}

function readCondition(scan: Scan, path: PathIntent, values: string[], inTree: boolean): FilterIntent {
  const negated = takeText(scan, 'not.')
  const start = scan.at
  const name = takeWord(scan)
  if (name === 'is' && take(scan, char.dot)) return { kind: 'is', path, negated, what: readIs(scan) }
  const operator = operators.get(name)
  if (operator === undefined) {
    scan.at = start
    return refuseOperator(scan, name)
  }
  const quantifier = readQuantifier(scan, operator)
  if (!take(scan, char.dot)) unexpected(scan, `a dot behind ${name}`, operatorHint)
  const value = readOperand(scan, operator, quantifier !== null, inTree)
  values.push(value)
  return { kind: 'compare', path, operator: operator.name, negated, quantifier, value: values.length - 1 }
}

function refuseOperator(scan: Scan, name: string): never {
  const meaning = refusedOperator(name)
  if (meaning === null) return unexpected(scan, 'not or an operator (eq, gt, …)', operatorHint)
  throw new Problem('PGRST127', {
    message: `The operator ${name} is not available on SQLite: at character ${scan.at + 1} of ${scan.subject}`,
    details: `${name}: ${meaning}`,
    hint: 'SQLite has no range types: keep the two ends in columns and compare these.',
  })
}

function readIs(scan: Scan): IsWhat {
  const start = scan.at
  const what = isWhats.get(takeWord(scan).toLowerCase())
  if (what !== undefined) return what
  scan.at = start
  return unexpected(scan, 'null, not_null, true, false or unknown behind is', 'For other values use eq.')
}

function readQuantifier(scan: Scan, operator: Operator): 'any' | 'all' | null {
  if (scan.text.charCodeAt(scan.at) !== char.open) return null
  if (operator.operand === 'words') return checkLanguage(scan, operator.name)
  if (operator.quantified) {
    if (takeText(scan, '(any)')) return 'any'
    if (takeText(scan, '(all)')) return 'all'
    return unexpected(scan, `(any), (all) or a dot behind ${operator.name}`)
  }
  return unexpected(scan, `a dot: ${operator.name} takes neither any nor all`)
}

/**
 * `fts(language)`: the index of SQLite has one tokenizer for all languages, which folds case and diacritics and does
 * not stem. That is PostgreSQL's `simple`; to accept another would answer other rows than asked for.
 */
function checkLanguage(scan: Scan, operator: string): null {
  scan.at += 1
  const start = scan.at
  const language = readName(scan, 'the name of a language')
  if (!take(scan, char.close)) unexpected(scan, ') behind the language')
  if (language === 'simple') return null
  throw new Problem('PGRST127', {
    message: `The language of ${operator} is not available on SQLite: at character ${start + 1} of ${scan.subject}`,
    details: `Full-text search here knows no languages but simple; ${JSON.stringify(language)} was asked for`,
    hint: `Write ${operator}.words or ${operator}(simple).words.`,
  })
}

function readOperand(scan: Scan, operator: Operator, quantified: boolean, inTree: boolean): string {
  if (operator.operand === 'list') {
    skipSpace(scan)
    return readList(scan)
  }
  const text = inTree ? readTreeValue(scan) : readRest(scan)
  return quantified ? readArray(text, scan) : text
}
