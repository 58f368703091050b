import { Problem, type ProblemCode } from '../../base/problem.ts'
import { type Operator, operators } from '../../query/operator.ts'
import { type Html, html } from './html.ts'
import { code, table } from './table.ts'

/** Parts of the page that are the same for every resource. */

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
    [code('If-None-Match: "…"'), html`304 when the answer is still the one of that <code>ETag</code>`],
  ],
)}</section>
`
}

/** Codes that a reader can meet, in the order in which they are met. */
const codes: readonly ProblemCode[] = [
  ...(['PGRST302', 'PGRST301', 'PGRST303', 'PGRST205', '42703', 'PGRST100', 'PGRST127'] as const),
  ...(['PGRST200', 'PGRST201', 'PGRST108', 'PGRST118', 'PGRST120', 'PGRST122', 'PGRST123'] as const),
  ...(['42803', '42846', '42883', '22P02', '22003', '22007', '22023', '2201B'] as const),
  ...(['PGRST103', 'PGRST107', 'PGRST116', 'PGRST117', 'CURSOR_INVALID', 'NOT_FOUND'] as const),
  ...([
    'LIMIT_ROWS',
    'LIMIT_OFFSET',
    'LIMIT_EMBEDS',
    'LIMIT_QUERY_LENGTH',
    'LIMIT_QUERY_SIZE',
    'LIMIT_ANSWER',
  ] as const),
  ...(['invalid_credentials', 'user_already_exists', 'weak_password', 'session_not_found'] as const),
  ...(['refresh_token_not_found', 'refresh_token_already_used', 'user_banned'] as const),
  ...(['UNAVAILABLE_DATABASE', 'DATABASE_TIMEOUT', 'INTERNAL'] as const),
]

export function errorSection(): Html {
  return html`<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<p>An error is a problem document (RFC 9457) with <code>code</code>, <code>message</code>, <code>details</code> and <code>hint</code>. A name that you may not see answers as a name that does not exist.</p>
${table(
  'Codes of errors',
  ['Code', 'Status', 'Meaning'],
  codes.map((each) => {
    const { status, title } = new Problem(each)
    return [code(each), html`${status}`, html`${title}`]
  }),
)}</section>
`
}
