import type { Letter, LetterAbout, MailTemplates, MailWords } from '../../declare/auth/mail.ts'
import { oneLine, withoutBreaks } from './line.ts'

/** Why the words of an author were of no use: `no subject`, `no words`, or the name of what was thrown. */
export interface Fault {
  readonly template: string
}

/** An author's words for a letter: null where there are none, or none of use, which is told to `onFault`. */
export function givenWords<About extends Letter['about']>(
  letter: LetterAbout<About>,
  about: About,
  productName: string,
  { templates, onFault }: { readonly templates: MailTemplates; readonly onFault: (fault: Fault) => void },
): MailWords | null {
  const template = templates[about]
  if (template === undefined) return null
  try {
    const words = template({ ...letter, ...cleaned(letter) }, { productName })
    const subject = typeof words?.subject === 'string' ? withoutBreaks(words.subject, mostOfSubject) : ''
    if (subject !== '' && isWords(words)) return { ...words, subject }
    onFault({ template: subject === '' ? 'no subject' : 'no words' })
  } catch (error) {
    onFault({ template: error instanceof Error ? error.name : typeof error })
  }
  return null
}

const mostOfSubject = 200
const mostOfWhat = 160
const mostOfAddress = 254

/** What others wrote. */
function cleaned(letter: Letter): { readonly what?: string; readonly newEmail?: string } {
  return {
    ...('what' in letter && letter.what !== undefined && { what: oneLine(letter.what, mostOfWhat) }),
    ...('newEmail' in letter &&
      letter.newEmail !== undefined && { newEmail: oneLine(letter.newEmail, mostOfAddress) }),
  }
}

/** What types say of them, for the layout goes by it. */
function isWords({ lines, action = '', otherwise = '' }: MailWords): boolean {
  return Array.isArray(lines) && [...lines, action, otherwise].every((text) => typeof text === 'string')
}
