import { type Html, html } from '../../base/http/html.ts'
import type { Letter, MailTemplates, MailWords } from '../../declare/auth/mail.ts'
import type { Message } from '../mail.ts'
import { type Fault, givenWords } from './given.ts'
import { layout } from './layout.ts'
import { oneLine } from './line.ts'
import { words } from './words.ts'

export interface RenderContext {
  readonly productName: string
  /** Default: none. */
  readonly templates?: MailTemplates
  /** Told of a template that was of no use. Default: nobody. */
  readonly onFault?: (fault: Fault) => void
}

/** A letter as a mail: a line of subject, plain text, and the same as HTML with nothing in it that is loaded. */
export function render(
  letter: Letter,
  { productName, templates = {}, onFault = () => undefined }: RenderContext,
): Message {
  const product = oneLine(productName, 80)
  const usual = defaultWords(letter, product)
  const given = givenWords(letter, letter.about, product, { templates, onFault })
  const { subject, lines, html: own } = given ?? usual
  const action = given?.action ?? usual.action
  const otherwise = given?.otherwise ?? usual.otherwise ?? ''
  const link = 'link' in letter ? letter.link : null
  const code = 'code' in letter ? letter.code : null
  const facts = 'at' in letter ? factsOf(letter) : []
  const text = [
    ...lines,
    ...(link === null ? [] : [link]),
    ...(code === null ? [] : [link === null ? code : `Or type this code: ${code}`]),
    ...(facts.length === 0 ? [] : [facts.join('\n')]),
    ...(otherwise === '' ? [] : [otherwise]),
    product,
  ].join('\n\n')
  const button: Html | string =
    link === null || action === undefined
      ? ''
      : html`<p><a href="${link}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none">${action}</a></p>
<p style="font-size:13px;color:#565d6b">Or open this address:<br><a href="${link}" style="color:#1d4ed8;word-break:break-all">${link}</a></p>`
  const body = html`${lines.map((line) => html`<p>${line}</p>\n`)}${button}
${code === null ? '' : html`<p>${link === null ? 'Your code:' : 'Or type this code:'}</p><p style="font:700 28px ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px">${code}</p>`}
${facts.map((fact) => html`<p style="font-size:14px;color:#1b1f27">${fact}</p>\n`)}`
  return {
    to: letter.to,
    subject,
    text: `${text}\n`,
    html: own?.markup ?? layout({ product, body, otherwise }),
  }
}

/** Without an author's. */
function defaultWords(letter: Letter, product: string): MailWords {
  const { subject, lines, action, otherwise } = words[letter.about]
  const fill = (text: string) => filled(text, { product, email: 'newEmail' in letter ? letter.newEmail : '' })
  return {
    subject: fill(subject),
    lines: lines.map(fill),
    ...(action !== undefined && { action }),
    otherwise: fill(otherwise),
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
