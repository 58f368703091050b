import type { Fragment } from '../../../sql/fragment.ts'
import { bare, wordsOf } from './words.ts'

/** Whether a statement may answer otherwise each time: it depends on the time, on chance, or on its connection. */
export function isVolatile({ text, bindings }: Fragment): boolean {
  const words = wordsOf(text)
  return (
    words.some(
      (word, at) =>
        moment.test(word) || (/^['"]/.test(word) && present.test(bare(word))) || isVolatileCall(words, at),
    ) ||
    bindings.some(
      (binding) =>
        binding.from === 'constant' && binding.value.type === 'text' && present.test(binding.value.value),
    )
  )
}

/** Names of the present, as an argument of such a function (https://sqlite.org/lang_datefunc.html#time_values). */
const present = /^(?:now|subsec(?:ond)?)$/i
const moment = /^current_(?:date|time(?:stamp)?)$/i
const chance = /^(?:random(?:blob)?|(?:total_)?changes|last_insert_rowid)$/i
const date = /^(?:date|(?:date)?time(?:diff)?|julianday|unixepoch|strftime)$/i
/** `date(*)` and `date(all)` have no argument. */
const unsaid = /^(?:\*|all|distinct)$/i
/** A word and the next one, of what works out a text of others or of bytes. A number names no present. */
const made =
  /^(?:\| \||x '|as (?!int|real|num)|\w*(?:concat|agg|format|printf|replace|lower|upper|trim|substr|char|unhex|unistr)\w* \()/i

/** Without a time value a date function is about the present, and one that is put together may name it. */
function isVolatileCall(words: readonly string[], at: number): boolean {
  const name = bare(words[at] ?? '').toLowerCase()
  if (words[at + 1] !== '(') return false
  if (!date.test(name)) return chance.test(name) || moment.test(name)
  let [depth, place, isGiven] = [1, 0, false]
  for (let next = at + 2; next < words.length; next++) {
    const word = words[next] ?? ''
    if (word === '(') depth++
    if (word === ')' && --depth === 0) break
    if (word === ',' && depth === 1) place++
    else if ((name.endsWith('diff') || place === (name === 'strftime' ? 1 : 0)) && !unsaid.test(word)) {
      if (made.test(`${bare(word)} ${words[next + 1]}`)) return true
      isGiven = true
    }
  }
  return !isGiven
}
