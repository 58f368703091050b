import { Problem } from '../../../base/problem.ts'
import { splitPairs } from '../query-string.ts'
import type { Table } from './rows.ts'

/**
 * A form is one row of texts (https://url.spec.whatwg.org/#application/x-www-form-urlencoded), read as strictly as a
 * query string.
 * @throws Problem PGRST102, 22021
 */
export function parseForm(text: string): Table {
  const pairs = splitPairs(text, { subject: 'request body', invalid: 'PGRST102' })
  if (pairs.length === 0) throw new Problem('PGRST102', { message: 'The form has no field' })
  return { columns: pairs.map(({ key }) => key), rows: [pairs.map(({ value }) => value)] }
}
