import { Problem } from '../../base/problem.ts'
import { textValue } from '../../base/statement.ts'
import type { Decode } from './value.ts'

/**
 * The words of a full-text search as an FTS5 query over one column (https://sqlite.org/fts5.html §3). Every word is
 * quoted, so that nothing that a client sends is syntax of FTS5 and no search can fail.
 * Source of the four forms: https://www.postgresql.org/docs/current/textsearch-controls.html
 */
export function wordsDecoderOf(operator: 'fts' | 'plfts' | 'phfts' | 'wfts', column: string): Decode {
  return (raw) => {
    const query = forms[operator](raw)
    return textValue(query === '' ? '""' : `{${quoted(column)}} : (${query})`)
  }
}

const forms = { fts: operatorsForm, plfts: plainForm, phfts: phraseForm, wfts: webForm }

/** `to_tsquery`: words joined by `&`, `|`, `<->`, with `!` and `:*`. */
function operatorsForm(raw: string): string {
  const tokens = raw.match(/<->|[&|!()]|[^\s&|!()<]+|</g) ?? []
  const query = new TsQuery(tokens).or()
  return query
}

/** A recursive descent over `a & !b | (c <-> d:*)`: the depth of its nesting is bounded. */
class TsQuery {
  #position = 0
  #depth = 0
  readonly #tokens: readonly string[]

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  or(): string {
    const parts = [this.#and()]
    while (this.#take('|')) parts.push(this.#and())
    if (this.#depth === 0 && this.#position < this.#tokens.length)
      throw syntax(`unexpected '${this.#tokens[this.#position]}'`)
    return joined(parts, 'OR')
  }

  #and(): string {
    const kept: string[] = []
    const dropped: string[] = []
    do {
      const negated = this.#take('!')
      ;(negated ? dropped : kept).push(this.#phrase())
    } while (this.#take('&'))
    if (kept.length === 0) throw syntax('a search of nothing but negated words is not possible in FTS5')
    return without(joined(kept, 'AND'), dropped)
  }

  #phrase(): string {
    const start = this.#position
    const parts = [this.#operand()]
    let isPhrase = this.#tokens[start] !== '('
    while (this.#take('<->')) {
      isPhrase &&= this.#tokens[this.#position] !== '('
      parts.push(this.#operand())
    }
    // FTS5 would take it for an error of its own.
    if (parts.length > 1 && !isPhrase) throw syntax("'<->' joins words, not parentheses")
    return parts.join(' + ')
  }

  #operand(): string {
    const token = this.#tokens[this.#position]
    if (
      token === undefined ||
      token === '&' ||
      token === '|' ||
      token === ')' ||
      token === '<->' ||
      token === '<'
    ) {
      throw syntax(
        token === undefined ? 'a word is missing at the end' : `a word is missing before '${token}'`,
      )
    }
    this.#position += 1
    if (token !== '(') return token.endsWith(':*') ? `${quoted(token.slice(0, -2))} *` : quoted(token)
    if (++this.#depth > 10) throw syntax('too many nested parentheses')
    const inner = this.or()
    if (!this.#take(')')) throw syntax("a ')' is missing")
    this.#depth -= 1
    return inner
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#position] !== token) return false
    this.#position += 1
    return true
  }
}

/** `plainto_tsquery`: all words. */
function plainForm(raw: string): string {
  return words(raw).map(quoted).join(' AND ')
}

/** `phraseto_tsquery`: the words one after another. */
function phraseForm(raw: string): string {
  return words(raw).map(quoted).join(' + ')
}

/** `websearch_to_tsquery`: "phrases", `or`, and a minus before what must be absent. */
function webForm(raw: string): string {
  const groups: { kept: string[]; dropped: string[] }[] = [{ kept: [], dropped: [] }]
  for (const match of raw.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)) {
    const [, minus, phrase, word] = match
    const group = groups.at(-1)
    if (word?.toLowerCase() === 'or' && minus === '') groups.push({ kept: [], dropped: [] })
    else if (group !== undefined) {
      const query = words(phrase ?? word ?? '')
        .map(quoted)
        .join(' + ')
      if (query !== '') (minus === '-' ? group.dropped : group.kept).push(query)
    }
  }
  return groups
    .filter((group) => group.kept.length > 0)
    .map((group) => without(joined(group.kept, 'AND'), group.dropped))
    .join(' OR ')
}

function joined(parts: readonly string[], operator: 'AND' | 'OR'): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(` ${operator} `)})`
}

/** Side by side, not one in the other: FTS5's parser holds a hundred open symbols. */
function without(query: string, dropped: readonly string[]): string {
  return dropped.length === 0 ? query : `(${query} NOT ${joined(dropped, 'OR')})`
}

/** Runs of letters and digits: what FTS5's unicode61 tokenizer would index. */
function words(raw: string): readonly string[] {
  return raw.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
}

/** A NUL would end the query, and leave the quote open. */
function quoted(word: string): string {
  return `"${word.replaceAll('\0', ' ').replaceAll('"', '""')}"`
}

function syntax(message: string): Problem {
  return new Problem('22023', {
    message: `syntax error in full-text query: ${message}`,
    hint: 'Join words with & or |, or use plfts, phfts or wfts.',
  })
}
