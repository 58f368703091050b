/**
 * `order=`: terms with direction and place of nulls, on columns, JSON paths and columns of to-one embeds.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html#ordering
 */
import type { OrderIntent } from '../../query/intent.ts'
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
  takeWord,
  unexpected,
} from './scan/scanner.ts'

/** @throws Problem PGRST100; LIMIT_QUERY_SIZE */
export function parseOrder(text: string, subject: string, budget: Budget): readonly OrderIntent[] {
  const scan: Scan = { text, subject, budget, at: 0 }
  const terms: OrderIntent[] = []
  do {
    spendPart(scan)
    terms.push(readTerm(scan))
    skipSpace(scan)
  } while (take(scan, char.comma))
  expectEnd(scan, 'a comma, or the end', 'Write column.desc.nullslast, or relation(column).asc.')
  return terms
}

function readTerm(scan: Scan): OrderIntent {
  const name = readName(scan, 'the name of a column')
  if (!take(scan, char.open)) return withDirection(scan, null, readPath(scan, name))
  const path = readPath(scan, readName(scan, 'the name of a column of the relation'))
  if (!take(scan, char.close)) unexpected(scan, ') after one column', 'Order by two columns with two terms.')
  return withDirection(scan, name, path)
}

function withDirection(scan: Scan, relation: string | null, path: OrderIntent['path']): OrderIntent {
  let descending = false
  let nulls: OrderIntent['nulls'] = null
  let first = true
  while (nulls === null && take(scan, char.dot)) {
    const start = scan.at
    const word = takeWord(scan)
    if (word === 'nullsfirst') nulls = 'first'
    else if (word === 'nullslast') nulls = 'last'
    else if (first && (word === 'asc' || word === 'desc')) descending = word === 'desc'
    else {
      scan.at = start
      unexpected(scan, first ? 'asc, desc, nullsfirst or nullslast' : 'nullsfirst or nullslast')
    }
    first = false
  }
  return { path, relation, descending, nulls }
}
