import type { Letter } from './letter.ts'
import type { Message } from './mail.ts'

export interface RenderContext {
  readonly productName: string
}

/** The words of a mail. */
export function render(letter: Letter, { productName }: RenderContext): Message {
  const subject = `${productName}: ${letter.about.replaceAll('_', ' ')}`
  const lines = [subject]
  if ('link' in letter) lines.push(letter.link)
  if ('code' in letter) lines.push(`Code: ${letter.code}`)
  if ('what' in letter && letter.what !== undefined) lines.push(letter.what)
  const text = lines.join('\n')
  return { to: letter.to, subject, text, html: `<pre>${escaped(text)}</pre>` }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
