import { isPlainText } from '../../base/http/text.ts'
import { textValue } from '../../base/statement.ts'
import type { Field } from '../../model/field.ts'
import { failure, type Reading, shown } from '../decode/scalar.ts'
import { badCharacter } from './json.ts'

/** A text is kept as it was sent, or refused. */
export function encodeText(text: string, field: Field): Reading {
  if (!isPlainText(text)) return badCharacter
  if (field.values !== null && !field.values.includes(text))
    return failure(
      '22P02',
      `invalid input value for enum ${field.name}: "${shown(text)}"`,
      `One of: ${field.values.join(', ')}.`,
    )
  if (field.length !== null && isLonger(text, field.length))
    return failure('22001', `value too long for type character varying(${field.length})`)
  if (field.unique && !isNormal(text))
    return failure(
      '22P02',
      `invalid input value for the unique column "${field.name}": "${shown(text)}" is not in normalisation form C`,
      'Send the text in NFC (https://unicode.org/reports/tr15/).',
    )
  return { value: textValue(text) }
}

/**
 * Two spellings of one text would be two texts to a unique index. Marks are put in order one by one, so that many in
 * a row take the square of their number: no writing has more than 30 (https://unicode.org/reports/tr15/ §13).
 */
function isNormal(text: string): boolean {
  return !/\p{M}{31}/u.test(text) && text.normalize('NFC') === text
}

function isLonger(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false
  let count = 0
  for (const _ of text) {
    count += 1
    if (count > codePoints) return true
  }
  return false
}
