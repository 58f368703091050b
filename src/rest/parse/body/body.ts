/**
 * The body of a write as rows: JSON, CSV or a form.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html#insert and the sections below it
 */
import { parseJson, readText, utf8Type } from '../../../base/http/body.ts'
import { parseExactly } from '../../../base/http/exact-json.ts'
import { Problem } from '../../../base/problem.ts'
import { parseCsv } from './csv.ts'
import { parseForm } from './form.ts'
import { type BodyOptions, type BodyRows, rowsOfJson, rowsOfTable } from './rows.ts'

/**
 * Cells are what JSON has, and the object of `JSON.rawJSON` for a number that no double holds exactly; those of CSV
 * and forms are texts and null. No text has NUL or half of a surrogate pair in it.
 * @throws Problem UNSUPPORTED_MEDIA_TYPE; LIMIT_BODY, LIMIT_BODY_ROWS; PGRST102; 22003, 22021
 */
export async function parseBody(request: Request, options: BodyOptions): Promise<BodyRows> {
  const read = readers.get(utf8Type(request.headers.get('content-type')) ?? '')
  if (read === undefined) throw unsupported()
  const text = await readText(request, { maxBytes: options.maxBytes, invalid: 'PGRST102' })
  if (text === '') throw new Problem('PGRST102', { message: 'The request body is empty' })
  if (text.startsWith('\ufeff')) {
    throw new Problem('PGRST102', {
      message: 'The request body begins with a byte order mark',
      hint: 'Save it as UTF-8 without a byte order mark.',
    })
  }
  return read(text, options)
}

type Reader = (text: string, options: BodyOptions) => BodyRows

const readJson: Reader = (text, options) => rowsOfJson(parseJson(text, 'PGRST102', parseExactly), options)

const readers: ReadonlyMap<string, Reader> = new Map([
  ['application/json', readJson],
  ['application/vnd.pgrst.object+json', readJson],
  ['application/vnd.pgrst.array+json', readJson],
  ['text/csv', (text, options) => rowsOfTable(parseCsv(text, options.maxRows), true, options)],
  ['application/x-www-form-urlencoded', (text, options) => rowsOfTable(parseForm(text), false, options)],
])

const named = 'application/json, text/csv or application/x-www-form-urlencoded'

function unsupported(): Problem {
  return new Problem('UNSUPPORTED_MEDIA_TYPE', {
    message: `The request body must be ${named}, in UTF-8`,
    hint: 'Say in Content-Type which of them it is.',
    headers: { accept: 'application/json, text/csv, application/x-www-form-urlencoded' },
  })
}
