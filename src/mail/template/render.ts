import { type Html, html } from '../../base/http/html.ts'
import type { Letter } from '../letter.ts'
import type { Message } from '../mail.ts'
import { layout } from './layout.ts'
import { words } from './words.ts'

export interface RenderContext {
  readonly productName: string
}

/** A letter as a mail: a line of subject, plain text, and the same as HTML with nothing in it that is loaded. */
export function render(letter: Letter, { productName }: RenderContext): Message {
  const { subject, lines, action, otherwise } = words[letter.about]
  const product = oneLine(productName, 80)
  const fill = (text: string) => filled(text, { product, email: 'newEmail' in letter ? letter.newEmail : '' })
  const link = 'link' in letter ? letter.link : null
  const code = 'code' in letter ? letter.code : null
  const facts = 'at' in letter ? factsOf(letter) : []
  const said = lines.map(fill)
  const text = [
    ...said,
    ...(link === null ? [] : [link]),
    ...(code === null ? [] : [link === null ? code : `Or type this code: ${code}`]),
    ...(facts.length === 0 ? [] : [facts.join('\n')]),
    fill(otherwise),
    product,
  ].join('\n\n')
  const button: Html | string =
    link === null || action === undefined
      ? ''
      : html`<p><a href="${link}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none">${action}</a></p>
<p style="font-size:13px;color:#565d6b">Or open this address:<br><a href="${link}" style="color:#1d4ed8;word-break:break-all">${link}</a></p>`
  const body = html`${said.map((line) => html`<p>${line}</p>\n`)}${button}
${code === null ? '' : html`<p>${link === null ? 'Your code:' : 'Or type this code:'}</p><p style="font:700 28px ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px">${code}</p>`}
${facts.map((fact) => html`<p style="font-size:14px;color:#1b1f27">${fact}</p>\n`)}`
  return {
    to: letter.to,
    subject: fill(subject),
    text: `${text}\n`,
    html: layout({ product, body, otherwise: fill(otherwise) }),
  }
}

function factsOf({ at, what }: { readonly at: Date; readonly what?: string }): readonly string[] {
  const time = `When: ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const told = oneLine(what ?? '', 160)
  return told === '' ? [time] : [time, `What: ${told}`]
}

/** In one pass: what is put in is not looked at again. */
function filled(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => oneLine(values[name] ?? '', 254))
}

/**
 * A text of others as part of a line: a line break in a subject begins another header (RFC 5322 §2.2), and what looks
 * like an address of a page would be made a link by the reader's program.
 */
function oneLine(text: string, most: number): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('://', ' ')
  return Array.from(plain).slice(0, most).join('').trim()
}
