/** Markup that is safe to send: only `html` makes it. */
export interface Html {
  readonly markup: string
}

type Part = string | number | Html | readonly Html[]

/** A template whose values are escaped, unless they are markup already. Values stand in text or in quoted attributes. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: texts.reduce((left, text, index) => `${left}${markupOf(values[index - 1] ?? '')}${text}`) }
}

function markupOf(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'markup' in part ? part.markup : part.map((each) => each.markup).join('')
}

/** https://html.spec.whatwg.org/multipage/syntax.html: what ends text, or an attribute in either quotes. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
