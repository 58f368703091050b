/**
 * Which media type answers.
 * Source: https://docs.postgrest.org/en/stable/references/api/resource_representation.html and RFC 9110, section 12.5.1
 */
import { readWeight } from '../../base/http/weight.ts'
import { Problem } from '../../base/problem.ts'

export interface Accept {
  readonly kind: 'array' | 'object' | 'csv'
  readonly nullsStripped: boolean
  /** The `Content-Type` of the answer. */
  readonly contentType: string
}

/**
 * The wanted type of the highest weight that is served; among equals a named one before a range, then the first.
 * No header means JSON.
 * @throws Problem PGRST107
 */
export function negotiate(header: string | null): Accept {
  if (header === null) return json
  const known = common.get(header)
  if (known !== undefined) return known
  let best: Wanted | null = null
  const wanted = splitOutsideQuotes(header, ',')
  for (const text of wanted) {
    const candidate = readWanted(text)
    if (candidate === null || candidate.weight === 0) continue
    if (best === null || candidate.weight > best.weight) best = candidate
    else if (candidate.weight === best.weight && best.isRange && !candidate.isRange) best = candidate
  }
  if (best !== null) return best.accept
  if (header.trim() === '') return json
  throw new Problem('PGRST107', {
    message: `None of these media types are available: ${header.slice(0, longestEcho)}`,
    hint: `Accept one of ${served.join(', ')}, or leave the header out.`,
  })
}

interface Wanted {
  readonly accept: Accept
  readonly weight: number
  readonly isRange: boolean
}

const json: Accept = { kind: 'array', nullsStripped: false, contentType: 'application/json; charset=utf-8' }
const jsonStripped: Accept = {
  kind: 'array',
  nullsStripped: true,
  contentType: 'application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8',
}
const object: Accept = {
  kind: 'object',
  nullsStripped: false,
  contentType: 'application/vnd.pgrst.object+json; charset=utf-8',
}
const objectStripped: Accept = {
  kind: 'object',
  nullsStripped: true,
  contentType: 'application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8',
}
const csv: Accept = { kind: 'csv', nullsStripped: false, contentType: 'text/csv; charset=utf-8' }

const longestEcho = 200
const served = [
  'application/json',
  'application/vnd.pgrst.array+json',
  'application/vnd.pgrst.object+json',
  'text/csv',
]

/** What nearly all clients send, without a scan. */
const common: ReadonlyMap<string, Accept> = new Map([
  ['*/*', json],
  ['application/json', json],
  ['application/vnd.pgrst.object+json', object],
  ['text/csv', csv],
])

function readWanted(text: string): Wanted | null {
  const [type = '', ...parameters] = splitOutsideQuotes(text, ';')
  let weight = 1
  let nullsStripped = false
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=')
    const name = parameter.slice(0, Math.max(equals, 0)).trim().toLowerCase()
    const value = parameter.slice(equals + 1).trim()
    if (name === 'q') weight = readWeight(value)
    if (name === 'nulls') nullsStripped = value === 'stripped' || value === '"stripped"'
  }
  switch (type.trim().toLowerCase()) {
    case 'application/json':
      return { accept: json, weight, isRange: false }
    case 'application/vnd.pgrst.array+json':
    case 'application/vnd.pgrst.array':
      return { accept: nullsStripped ? jsonStripped : json, weight, isRange: false }
    case 'application/vnd.pgrst.object+json':
    case 'application/vnd.pgrst.object':
      return { accept: nullsStripped ? objectStripped : object, weight, isRange: false }
    case 'text/csv':
      return { accept: csv, weight, isRange: false }
    case '*/*':
    case 'application/*':
      return { accept: json, weight, isRange: true }
    case 'text/*':
      return { accept: csv, weight, isRange: true }
    default:
      return null
  }
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  if (!text.includes('"')) return text.split(separator)
  const pieces: string[] = []
  let start = 0
  let inside = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '"') inside = !inside
    else if (inside && character === '\\') at += 1
    else if (!inside && character === separator) {
      pieces.push(text.slice(start, at))
      start = at + 1
    }
  }
  pieces.push(text.slice(start))
  return pieces
}
