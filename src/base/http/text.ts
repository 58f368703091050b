import { Problem } from '../problem.ts'

/** Whether a text is one that the database can hold: PostgreSQL's have no NUL either. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/**
 * The text, if it is plain.
 * @param where it stands, as the message says
 * @throws Problem 22021
 */
export function checkText(text: string, where: string): string {
  if (isPlainText(text)) return text
  throw new Problem('22021', {
    message: `${where} contains NUL or half of a surrogate pair`,
    hint: 'Leave the character out: no text of the database can hold it.',
  })
}
