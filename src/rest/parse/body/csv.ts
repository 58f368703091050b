/**
 * CSV with a header line (RFC 4180), strictly, in one pass: lines end in CRLF or LF; a quote stands around a whole
 * cell, and is written twice inside of it. A blank line is no row. `NULL` is null, `"NULL"` a text.
 *
 * Our own, since no small library tells a quoted cell from a bare one.
 */
import { checkText } from '../../../base/http/text.ts'
import { Problem } from '../../../base/problem.ts'
import { type Table, tooManyRows } from './rows.ts'

/** @throws Problem PGRST102, LIMIT_BODY_ROWS, 22021 */
export function parseCsv(text: string, maxRows: number): Table {
  const scan: CsvScan = { text: checkText(text, 'The request body'), at: 0, line: 0 }
  const header = readLine(scan)
  if (header === null) throw new Problem('PGRST102', { message: 'The CSV has no header line' })
  const rows: (readonly (string | null)[])[] = []
  for (let cells = readLine(scan); cells !== null; cells = readLine(scan)) {
    if (cells.length !== header.length) {
      throw new Problem('PGRST102', {
        message: 'All lines must have same number of fields',
        details: `Record ${scan.line} has ${cells.length}, and the header ${header.length}`,
      })
    }
    if (rows.length === maxRows) throw tooManyRows(maxRows)
    rows.push(cells)
  }
  return { columns: header.map((name) => name ?? nullWord), rows }
}

interface CsvScan {
  readonly text: string
  at: number
  /** The record that is read, counted from the header, which is 1. */
  line: number
}

const nullWord = 'NULL'
const bareCell = /[^",\r\n]*/y
const lineEnd = /\r?\n/y

/** null at the end. */
function readLine(scan: CsvScan): (string | null)[] | null {
  while (takeLineEnd(scan));
  if (scan.at === scan.text.length) return null
  scan.line += 1
  const cells: (string | null)[] = []
  for (;;) {
    cells.push(scan.text.charAt(scan.at) === '"' ? readQuoted(scan) : readBare(scan))
    if (scan.at === scan.text.length || takeLineEnd(scan)) return cells
    if (scan.text.charAt(scan.at) !== ',') throw malformed(scan, 'a comma or the end of the line')
    scan.at += 1
  }
}

function readBare(scan: CsvScan): string | null {
  bareCell.lastIndex = scan.at
  const cell = bareCell.exec(scan.text)?.[0] ?? ''
  scan.at += cell.length
  return cell === nullWord ? null : cell
}

function readQuoted(scan: CsvScan): string {
  const { text } = scan
  const start = scan.at + 1
  let end = text.indexOf('"', start)
  while (end >= 0 && text.charAt(end + 1) === '"') end = text.indexOf('"', end + 2)
  if (end < 0) throw malformed(scan, 'a closing quote for the one that begins here')
  scan.at = end + 1
  return text.slice(start, end).replaceAll('""', '"')
}

function takeLineEnd(scan: CsvScan): boolean {
  lineEnd.lastIndex = scan.at
  if (!lineEnd.test(scan.text)) return false
  scan.at = lineEnd.lastIndex
  return true
}

function malformed(scan: CsvScan, expected: string): Problem {
  return new Problem('PGRST102', {
    message: `The CSV could not be read: record ${scan.line}, character ${scan.at + 1} of the body`,
    details: `Expected ${expected}`,
    hint: 'A cell with a comma, a quote or a line end stands in quotes, and its own quotes are written twice.',
  })
}
