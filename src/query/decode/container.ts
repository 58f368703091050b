import { Problem } from '../../base/problem.ts'
import { textValue } from '../../base/statement.ts'
import type { Decode } from './value.ts'

/**
 * The operand of `cs`, `cd`, `ov` as JSON text: JSON, or PostgreSQL's array literal `{a,b}`, which is what
 * supabase-js sends for arrays. `{}` is an empty array.
 */
export const decodeContainer: Decode = (raw) => {
  const value = raw.trim() === '{}' ? [] : (json(raw) ?? arrayLiteral(raw))
  if (!isPlain(value)) {
    throw new Problem('PGRST127', {
      message: 'containment of arrays that hold arrays or objects is not available on SQLite',
      hint: 'Compare with an array of texts, numbers and booleans, or an object of such.',
    })
  }
  return textValue(JSON.stringify(value))
}

function json(raw: string): unknown {
  try {
    const value: unknown = JSON.parse(raw)
    return typeof value === 'object' ? value : [value]
  } catch {
    return null
  }
}

/** `{a,"b c",NULL}`: texts that look like numbers or booleans stay texts, as in a text[]. */
function arrayLiteral(raw: string): readonly (string | null)[] {
  const text = raw.trim()
  if (!text.startsWith('{') || !text.endsWith('}')) throw malformed(raw)
  const items: (string | null)[] = []
  const item = /(?:\s*"((?:[^"\\]|\\.)*)"\s*|([^",{}\\]+))(,|$)/y
  const inner = text.slice(1, -1)
  while (item.lastIndex < inner.length) {
    const match = item.exec(inner)
    if (match === null) throw malformed(raw)
    const [, quoted, bare] = match
    items.push(quoted === undefined ? bareItem(bare ?? '') : quoted.replace(/\\(.)/g, '$1'))
  }
  return items
}

function bareItem(bare: string): string | null {
  const text = bare.trim()
  return text.toUpperCase() === 'NULL' ? null : text
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isScalar)
  return isScalar(value) || Object.values(value as object).every(isPlain)
}

function malformed(raw: string): Problem {
  return new Problem('22P02', {
    message: `malformed array literal: "${raw.slice(0, 60)}"`,
    hint: 'Write {a,b} or a JSON array or object.',
  })
}
