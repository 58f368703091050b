import { type Html, html } from '../../../base/http/html.ts'
import type { Example } from './example.ts'

export function exampleBlock({ title, curl, supabase }: Example): Html {
  return html`<p class="dim">${title}</p>
<pre tabindex="0"><code>${curl}</code></pre>
${
  supabase === null
    ? ''
    : html`<pre tabindex="0"><code>${supabase}</code></pre>
`
}`
}
