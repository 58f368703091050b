import type { Value } from '../base/statement.ts'
import type { CallerValue } from '../model/caller/value.ts'
import type { Decode } from '../query/decode/value.ts'
import type { Slot } from '../query/intent.ts'

/** A piece of a statement: text with `?`, and what stands for each `?` in order. */
export interface Fragment {
  readonly text: string
  readonly bindings: readonly Binding[]
}

/** Where a parameter comes from when the statement is sent. */
export type Binding =
  | { readonly from: 'value'; readonly slot: Slot; readonly decode: Decode }
  | { readonly from: 'caller'; readonly name: CallerValue }
  | { readonly from: 'constant'; readonly value: Value }
  /** A cell of the only row of a body. */
  | { readonly from: 'cell'; readonly index: number }
  /** All rows of a body, as a JSON array of arrays of cells. */
  | { readonly from: 'rows' }
  /** A value of the row after which the page starts. */
  | { readonly from: 'cursor'; readonly index: number }

/**
 * A piece from a template whose holes are pieces: there is no hole for a text, so none gets into a statement but
 * through `identifier` and `literal`.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly Fragment[]): Fragment {
  let text = strings[0] ?? ''
  const bindings: Binding[] = []
  parts.forEach((part, index) => {
    text += part.text + (strings[index + 1] ?? '')
    bindings.push(...part.bindings)
  })
  return { text, bindings }
}

/** A quoted name: of a table, a column or an alias of the model's. */
export function identifier(name: string): Fragment {
  return { text: `"${name.replaceAll('"', '""')}"`, bindings: [] }
}

/** A quoted text that is part of a plan: a member's name or a JSON path. SQLite knows one escape in it. */
export function literal(value: string): Fragment {
  if (value.includes('\0')) throw new RangeError('a literal cannot hold NUL')
  return { text: `'${value.replaceAll("'", "''")}'`, bindings: [] }
}

/** A whole number that is part of a plan. */
export function wholeNumber(value: number): Fragment {
  return { text: String(value), bindings: [] }
}

export function parameter(binding: Binding): Fragment {
  return { text: '?', bindings: [binding] }
}

export function join(
  parts: readonly Fragment[],
  separator: ', ' | ' and ' | ' or ' | ' || ' | " || ',' || " | " || '\n' || " | ' union ',
): Fragment {
  return {
    text: parts.map((part) => part.text).join(separator),
    bindings: parts.flatMap((part) => part.bindings),
  }
}
