import { type Html, html } from '../../base/http/html.ts'
import { page } from './layout.ts'

/** What this server says of itself to anyone. */
export interface Home {
  readonly name: string
  readonly description: string | null
  readonly links: Readonly<Record<string, string>>
}

/** The start page; the same as the JSON of `/`. */
export function homePage(home: Home): string {
  const links = Object.entries(home.links).map(([name, url]) => link(name, url))
  return page(
    home.name,
    html`<main id="main" class="plain">
<h1>${home.name}</h1>
${home.description === null ? '' : html`<p class="lead">${home.description}</p>`}
<p>An API for <code>supabase-js</code> and its siblings: data in PostgREST’s grammar, sign-in in GoTrue’s.</p>
<ul class="links">
${links}</ul>
</main>`,
  )
}

function link(name: string, url: string): Html {
  return html`<li><a href="${url}">${labels.get(name) ?? name}</a></li>
`
}

const labels: ReadonlyMap<string, string> = new Map([
  ['docs', 'API reference'],
  ['openapi', 'OpenAPI document'],
  ['health', 'Health'],
])
