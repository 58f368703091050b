/**
 * The closed set of filter operators: this table feeds the parser, the statements, OpenAPI and the docs.
 * Source: https://docs.postgrest.org/en/stable/references/api/tables_views.html#operators
 */
export interface Operator {
  readonly name: string
  /** How its value is written: one value, a list `(a,b)`, an array or JSON, a pattern, or words. */
  readonly operand: 'value' | 'list' | 'container' | 'pattern' | 'words'
  /** Whether `op(any)` and `op(all)` are served. */
  readonly quantified: boolean
  readonly description: string
}

const served = {
  eq: { operand: 'value', quantified: true, description: 'equals' },
  neq: { operand: 'value', quantified: false, description: 'not equal' },
  gt: { operand: 'value', quantified: true, description: 'greater than' },
  gte: { operand: 'value', quantified: true, description: 'greater than or equal' },
  lt: { operand: 'value', quantified: true, description: 'less than' },
  lte: { operand: 'value', quantified: true, description: 'less than or equal' },
  like: { operand: 'pattern', quantified: true, description: 'LIKE, case-sensitive; * stands for %' },
  ilike: {
    operand: 'pattern',
    quantified: true,
    description: 'LIKE, ignoring the case of ASCII letters; * stands for %',
  },
  match: { operand: 'pattern', quantified: true, description: 'regular expression of at most 200 states' },
  imatch: { operand: 'pattern', quantified: true, description: 'regular expression, ignoring case' },
  in: { operand: 'list', quantified: false, description: 'one of a list' },
  isdistinct: { operand: 'value', quantified: false, description: 'not equal, null being a value' },
  cs: { operand: 'container', quantified: false, description: 'contains' },
  cd: { operand: 'container', quantified: false, description: 'is contained in' },
  ov: { operand: 'container', quantified: false, description: 'overlaps' },
  fts: { operand: 'words', quantified: false, description: 'full-text search with & | ! operators' },
  plfts: { operand: 'words', quantified: false, description: 'full-text search, all words' },
  phfts: { operand: 'words', quantified: false, description: 'full-text search, the words as a phrase' },
  wfts: { operand: 'words', quantified: false, description: 'full-text search, as in a web search box' },
} as const satisfies Record<string, Omit<Operator, 'name'>>

export type OperatorName = keyof typeof served

/** Operators of PostgREST that SQLite has nothing for: refused by name. */
const refused: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sl: 'strictly left of, for ranges',
    sr: 'strictly right of, for ranges',
    nxr: 'does not extend to the right of, for ranges',
    nxl: 'does not extend to the left of, for ranges',
    adj: 'is adjacent to, for ranges',
  }),
)

export const operators: ReadonlyMap<string, Operator & { readonly name: OperatorName }> = new Map(
  Object.entries(served).map(([name, rest]) => [name, { name: name as OperatorName, ...rest }]),
)

/** What an operator that SQLite cannot do means, or null when there is no operator of that name. */
export function refusedOperator(name: string): string | null {
  return refused.get(name) ?? null
}
