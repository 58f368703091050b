/**
 * A read as it came over HTTP, as an intent: the query string, and the headers that say how to answer.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html
 */
import { checkText } from '../../../base/http/text.ts'
import type { Limits } from '../../../base/limits.ts'
import { Problem } from '../../../base/problem.ts'
import type { ReadRequest } from '../../../query/intent.ts'
import { type Accept, negotiate } from '../accept.ts'
import { parseOrder } from '../order.ts'
import { type Page, readPage } from '../page.ts'
import { type Prefer, parsePrefer } from '../prefer.ts'
import { splitQuery } from '../query-string.ts'
import type { Budget } from '../scan/scanner.ts'
import { parseSelect } from '../select.ts'
import { attach, type Parameters, sortParameters } from './parameters.ts'

export interface ReadInput {
  readonly resource: string
  /** The parts of the primary key when one item is asked for, decoded. */
  readonly key: readonly string[] | null
  /** The raw query string, percent-encoded. */
  readonly query: string
  readonly headers: { get(name: string): string | null }
  readonly limits: Limits
}

export interface ParsedRead {
  readonly request: ReadRequest
  /** Of an item: one row. */
  readonly page: Page
  readonly accept: Accept
  readonly prefer: Prefer
  /** The raw parameter: it is opened where the order is known. */
  readonly cursor: string | null
}

/**
 * `values` begins with the parts of the key, the limit and the offset of the root, which are always there: so all
 * pages of a list are one intent, and one statement.
 * @throws Problem PGRST100 for what is not in the grammar; PGRST103, PGRST107, PGRST108, PGRST122, PGRST127, 22021,
 * 22023, 22P02; LIMIT_ROWS, LIMIT_OFFSET, LIMIT_EMBEDS, LIMIT_QUERY_LENGTH, LIMIT_QUERY_SIZE
 */
export function parseRead(input: ReadInput): ParsedRead {
  const { key, limits, headers, resource } = input
  const parameters = sortParameters(splitQuery(input.query, limits), key !== null)
  const accept = negotiate(headers.get('accept'))
  const prefer = parsePrefer(headers.get('prefer'), key === null ? 'list' : 'item')
  const page = key === null ? readPage(pageInput(parameters, headers), limits) : onePage
  const { cursor } = parameters
  if (cursor !== null && page.offset > 0) {
    throw new Problem('PGRST100', {
      message: 'cursor and an offset exclude each other',
      hint: 'Leave offset and the Range header out: the cursor says where the page begins.',
    })
  }
  const values = (key ?? []).map((part, index) => checkText(part, `Part ${index + 1} of the key`))
  const slots = key === null ? null : values.map((_, slot) => slot)
  const budget: Budget = { limits, parts: 0, embeds: 0 }
  const root = parseSelect(parameters.select ?? '', budget)
  root.node.limit = values.push(String(page.limit)) - 1
  root.node.offset = values.push(String(page.offset)) - 1
  if (parameters.order !== null) root.node.order = parseOrder(parameters.order, 'order', budget)
  for (const pair of parameters.others) attach(pair, root, key !== null, values, budget)
  return {
    request: {
      intent: {
        kind: 'read',
        resource,
        root: root.node,
        format: accept.kind === 'csv' ? 'csv' : 'json',
        nullsStripped: accept.nullsStripped,
        count: prefer.count,
        key: slots,
        afterCursor: cursor !== null,
      },
      values,
    },
    page,
    accept,
    prefer,
    cursor,
  }
}

const onePage: Page = { limit: 1, limitGiven: false, offset: 0 }

function pageInput(parameters: Parameters, headers: ReadInput['headers']) {
  const { limit, offset } = parameters
  return { limit, offset, range: headers.get('range'), rangeUnit: headers.get('range-unit') }
}
