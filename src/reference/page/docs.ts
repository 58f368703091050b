import { type Html, html } from '../../base/http/html.ts'
import type { Site } from '../openapi/document.ts'
import type { Reference } from '../reference.ts'
import { isWritten } from '../write.ts'
import { curlHeaders, type Scene } from './example/example.ts'
import { errorSection } from './guide/error.ts'
import { operatorSection, pageSection } from './guide/read.ts'
import { writeSection } from './guide/write.ts'
import { page } from './layout.ts'
import { procedureAnchor, procedureSection } from './procedure.ts'
import { anchorOf, resourceSection } from './resource.ts'

/** The API reference as a page: what `openapi` says, for people. */
export function docsPage(reference: Reference, site: Site): string {
  const scene: Scene = { apiUrl: site.apiUrl, asker: reference.asker }
  const { resources, procedures } = reference
  const writes = mayWrite(reference)
  return page(
    `${reference.name}: API reference`,
    html`<div class="frame">
${navigation(reference)}
<main id="main">
<h1>${reference.name}</h1>
${reference.description === null ? '' : html`<p class="lead">${reference.description}</p>`}
<p>${rights[reference.asker]} The same for programs: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${startSection(reference, scene)}${resources.map((resource) => resourceSection(resource, scene))}${procedures.map((procedure) => procedureSection(procedure, scene))}${operatorSection()}${pageSection(site.limits.rows)}${writes ? writeSection(reference, scene, site.limits) : ''}${errorSection(writes)}</main>
</div>`,
  )
}

const rights = {
  anonymous: 'This page lists what anyone may use without signing in.',
  user: 'This page lists what you may use, being signed in.',
  service: 'This page lists everything: a secret key stands above policies.',
} as const

/** Whether there is anything to write or to call. */
function mayWrite({ resources, procedures }: Reference): boolean {
  return procedures.length > 0 || resources.some(({ write }) => isWritten(write))
}

function navigation(reference: Reference): Html {
  const { name, resources, procedures } = reference
  return html`<nav class="side" aria-label="Contents">
<a class="brand" href="/">${name}</a>
<strong id="nav-guide">Guide</strong>
<ul aria-labelledby="nav-guide">
<li><a href="#start">Start</a></li>
<li><a href="#operators">Filters</a></li>
<li><a href="#pages">Pages</a></li>
${mayWrite(reference) ? html`<li><a href="#writing">Writing</a></li>\n` : ''}<li><a href="#errors">Errors</a></li>
</ul>
${group(
  'Resources',
  'nav-resources',
  resources.map((each) => [anchorOf(each), each.name] as const),
)}${group(
  'Functions',
  'nav-functions',
  procedures.map((each) => [procedureAnchor(each), each.name] as const),
)}</nav>`
}

function group(title: string, id: string, links: readonly (readonly [anchor: string, name: string])[]): Html {
  if (links.length === 0) return html``
  return html`<strong id="${id}">${title}</strong>
<ul aria-labelledby="${id}">
${links.map(([anchor, name]) => html`<li><a href="#${anchor}">${name}</a></li>\n`)}</ul>
`
}

function startSection(reference: Reference, { apiUrl, asker }: Scene): Html {
  const key = asker === 'service' ? 'SECRET_KEY' : 'PUBLISHABLE_KEY'
  return html`<section aria-labelledby="start">
<h2 id="start">Start</h2>
<p>Every request carries a key in the header <code>apikey</code>; the operator of this server has it. Put it into a variable once, then the examples work as they are.</p>
<pre tabindex="0"><code>export ${key}=…
curl '${apiUrl}/rest/v1/' ${curlHeaders(asker)}</code></pre>
<pre tabindex="0"><code>import { createClient } from '@supabase/supabase-js'
const supabase = createClient('${apiUrl}', process.env.${key})</code></pre>
<h3>Signing in</h3>
<p>A user’s requests carry the <code>access_token</code> of a session in the header <code>Authorization: Bearer …</code>, too; supabase-js sees to it.${asker === 'anonymous' ? ' Then there may be more to read than this page lists: send the same headers to it.' : ''}</p>
<pre tabindex="0"><code>${reference.signUp ? `await supabase.auth.signUp({ email: 'me@example.com', password: '…' })\n` : ''}await supabase.auth.signInWithPassword({ email: 'me@example.com', password: '…' })</code></pre>
</section>
`
}
