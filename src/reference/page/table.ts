import { type Html, html } from '../../base/http/html.ts'

/**
 * A table that scrolls by itself where it is wider than the page. The first cell of a row is its heading.
 * @param label what it lists, for those who do not see it
 */
export function table(label: string, headings: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<div class="wide" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${rows.map(row)}</tbody>
</table></div>
`
}

export function code(text: string): Html {
  return html`<code>${text}</code>`
}

function row([first, ...rest]: readonly Html[]): Html {
  return html`<tr><th scope="row">${first ?? html``}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>
`
}
