import { Problem } from '../base/problem.ts'
import type { Cast } from './tree.ts'

/** PostgreSQL's type names that a value can be cast to, by what SQLite has for them. */
const casts: ReadonlyMap<string, Cast> = new Map([
  ...['text', 'varchar', 'character varying', 'bpchar'].map((name) => [name, 'text'] as const),
  ...['int', 'integer', 'int2', 'int4', 'int8', 'smallint', 'bigint'].map(
    (name) => [name, 'integer'] as const,
  ),
  ...['float', 'float4', 'float8', 'real', 'double precision', 'numeric', 'decimal'].map(
    (name) => [name, 'real'] as const,
  ),
  ...['bool', 'boolean'].map((name) => [name, 'boolean'] as const),
  ...['json', 'jsonb'].map((name) => [name, 'json'] as const),
  ['date', 'date'] as const,
])

/** @throws Problem 42846 */
export function findCast(name: string | null): Cast | null {
  if (name === null) return null
  const cast = casts.get(name.toLowerCase())
  if (cast === undefined) {
    throw new Problem('42846', {
      message: `cannot cast to '${name}'`,
      hint: `Types: ${[...casts.keys()].join(', ')}`,
    })
  }
  return cast
}
