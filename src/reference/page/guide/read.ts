import { type Html, html } from '../../../base/http/html.ts'
import { type Operator, operators } from '../../../query/operator.ts'
import { code, table } from '../table.ts'

/** What is the same for reading every resource. */

export function operatorSection(): Html {
  return html`<section aria-labelledby="operators">
<h2 id="operators">Filters</h2>
<p>A filter is a parameter <code>column=operator.value</code>. All filters must hold; <code>or=(a.eq.1,b.gt.2)</code> asks for one of several, and <code>not.</code> in front of an operator negates it. An operator with <em>any, all</em> takes a list, too: <code>column=eq(any).{one,two}</code>.</p>
${table(
  'Operators of filters',
  ['Operator', 'Family', 'Meaning', 'Example'],
  [
    ...[...operators.values()].map(({ name, description, operand, quantified }) => [
      html`${code(name)}${quantified ? html` <span class="dim">any, all</span>` : ''}`,
      html`${families[operand]}`,
      html`${description}`,
      code(`column=${name}.${operands[operand]}`),
    ]),
    [code('is'), html`compare`, html`null, not_null, true, false or unknown`, code('column=is.null')],
  ],
)}</section>
`
}

/** Operators that need the same of a column. */
export const families: Readonly<Record<Operator['operand'], string>> = {
  value: 'compare',
  list: 'list',
  container: 'contain',
  pattern: 'pattern',
  words: 'search',
}

const operands = {
  value: 'value',
  list: '(one,two,"three, four")',
  container: '{one,two}',
  pattern: 'pattern',
  words: 'words',
} as const

export function pageSection(maxRows: number): Html {
  return html`<section aria-labelledby="pages">
<h2 id="pages">Pages, counts and formats</h2>
<p>An answer has at most ${maxRows} rows. What comes next is at the URL of the header <code>Link</code> with <code>rel="next"</code>; or ask with <code>limit</code> and <code>offset</code>, or a header <code>Range: 0-24</code>.</p>
${table(
  'Headers of requests',
  ['Header', 'What it does'],
  [
    [code('Prefer: count=exact'), html`counts: <code>Content-Range: 0-24/573</code>, and 206 for a part`],
    [
      code('Accept: application/vnd.pgrst.object+json'),
      html`one row as an object; 406 unless there is exactly one`,
    ],
    [code('Accept: text/csv'), html`CSV with a header line`],
    [
      code('Selvage-Bookmark: …'),
      html`what the answer to a write said in this header: nothing older is answered, wherever you ask`,
    ],
    [
      code('Prefer: consistency=session'),
      html`a bookmark for what is read, too; <code>strong</code> is what the primary has now, <code>eventual</code> what is nearest`,
    ],
    [code('If-None-Match: "…"'), html`304 when the answer is still the one of that <code>ETag</code>`],
  ],
)}</section>
`
}
