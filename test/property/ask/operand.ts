import { type Json, jsonAt, jsonText, plainText, wireValue } from '../oracle/value.ts'
import { wordsOf } from '../oracle/words.ts'
import { type Data, type JsonPath, type Kind, rowsOf, type Stored, type Table } from '../oracle/world.ts'
import type { Draw } from './draw.ts'

/** A stored value as a client writes it in a filter. */
export function rawOf(stored: Stored, kind: Kind): string {
  if (kind === 'json' || kind === 'json_blob') return jsonText(wireValue(stored, kind))
  return plainText(wireValue(stored, kind)) ?? ''
}

const misses: Readonly<Record<Kind, readonly string[]>> = {
  text: ['', 'nothing', 'null', '%', "O'Neill", 'a'],
  integer: ['0', '-1', '42', '1000', '9223372036854775807', '-9223372036854775808'],
  bigint_blob: ['0', '43', '-9223372036854775808'],
  boolean: ['true', 'false'],
  seconds: ['2025-01-01T12:00:00Z', '2025-01-01T12:00:00.500Z', '2025-01-01T13:00:00.5+01:00', '1969-12-31'],
  milliseconds: [
    '2025-01-01T12:10:00Z',
    '2025-01-01T12:05:00.005Z',
    '2025-01-01',
    '2025-01-01T12:07:00+00:00',
  ],
  real: ['0', '0.5', '-1e3', '0.30000000000000004', '0.3', '1e308', '100'],
  numeric: ['0', '12.5', '12.500', '-0.001', '9007199254740993', '0.1'],
  json: ['{}', '[]', '{"a":1}', '7', 'true', '""'],
  json_blob: ['{}', '[]', '""', '7'],
  blob: ['', 'AQID', 'AAAA'],
}

/** A value that hits, mostly. */
export function drawRaw(draw: Draw, data: Data, table: Table, column: string, kind: Kind): string {
  const stored = rowsOf(data, table).flatMap((row) => {
    const value = row[column] ?? null
    return value === null || leaves64Bits(value, kind) ? [] : [value]
  })
  if (stored.length === 0 || draw.once(4)) return draw.pick(misses[kind])
  return rawOf(draw.pick(stored), kind)
}

/** A filter cannot ask for such a number, nor can PostgreSQL's bigint. */
function leaves64Bits(stored: Stored, kind: Kind): boolean {
  return kind === 'bigint_blob' && rawOf(stored, kind).length > 20
}

/** What lies at a path in some row. */
export function drawAtPath(draw: Draw, data: Data, table: Table, path: JsonPath): Json {
  const kind = table.columns[path.column] ?? 'json'
  const found = rowsOf(data, table).flatMap((row) => {
    const document = wireValue(row[path.column] ?? null, kind)
    const value = document === null ? null : jsonAt(document, path.steps)
    return value === null ? [] : [value]
  })
  return found.length === 0 || draw.once(5)
    ? draw.pick<Json>(['nothing', '', 1n, 0n, true, 1.5])
    : draw.pick(found)
}

/** A LIKE pattern made of a value, with pieces cut out. */
export function drawLike(draw: Draw, text: string): string {
  const characters = Array.from(text)
  const at = draw.upTo(characters.length)
  const escaped = (part: readonly string[]) => part.join('').replace(/[%_*\\]/g, '\\$&')
  const [before, after] = [characters.slice(0, at), characters.slice(at + 1)]
  switch (draw.upTo(5)) {
    case 0:
      return escaped(characters)
    case 1:
      return `${escaped(before)}%`
    case 2:
      return `*${escaped(after)}`
    case 3:
      return `${escaped(before)}_${escaped(after)}`
    case 4:
      return `%${escaped(after).toUpperCase()}`
    default:
      return draw.pick(['%', '*e*', '_%', '[a]%', '%\\%%', '%?%', '', '%\\_%', '^%'])
  }
}

export const regularExpressions = [
  'e',
  '^S',
  'o$',
  '^[a-m]',
  '(an|el) ',
  '\\d+',
  'l{2}',
  '.e',
  '^$',
  'b?c',
  '\\.',
] as const

/** A search for words of a row, or of none. */
export function drawWords(
  draw: Draw,
  operator: 'fts' | 'plfts' | 'phfts' | 'wfts',
  texts: readonly string[],
): string {
  const known = texts.flatMap((text) => wordsOf(text)).filter((word) => /^[a-z0-9]+$/.test(word))
  const word = () => (known.length === 0 || draw.once(5) ? 'nothing' : draw.pick(known))
  const [a, b] = [word(), word()]
  switch (operator) {
    case 'plfts':
    case 'phfts':
      return draw.once(2) ? `${a} ${b}` : a
    case 'fts':
      return draw.pick([a, `${a} & ${b}`, `${a} | ${b}`, `${a} & !${b}`])
    case 'wfts':
      return draw.pick([a, `${a} ${b}`, `${a} or ${b}`, `"${a} ${b}"`, `${a} -${b}`])
  }
}

/** The operand of `cs`, `cd`, `ov`: parts of what is there. */
export function drawContainer(draw: Draw, data: Data, table: Table, column: string, kind: Kind): string {
  const documents = rowsOf(data, table).flatMap((row) => {
    const value = wireValue(row[column] ?? null, kind)
    return typeof value === 'object' && value !== null ? [value] : []
  })
  const misses = ['{}', '[]', '{a,b}', '["a",1,null]', '[true]', '[1.0,-1.5]']
  if (documents.length === 0 || draw.once(3)) return draw.pick(misses)
  const document = draw.pick(documents)
  const isScalar = (value: Json) => typeof value !== 'object' || value === null
  if (Array.isArray(document)) return jsonText(document.filter((item) => isScalar(item) && !draw.once(3)))
  const plain = Object.entries(document).filter(
    ([, value]) => isScalar(value) || (Array.isArray(value) && value.every(isScalar)),
  )
  return jsonText(Object.fromEntries(plain.filter(() => draw.once(2))))
}
