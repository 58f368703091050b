import type { FieldKind } from '../../model/field.ts'
import type { FieldReference, ResourceReference } from '../reference.ts'
import { type Example, examplesOf, type Scene } from './example.ts'
import { families } from './guide.ts'
import { type Html, html } from './html.ts'
import { code, table } from './table.ts'

/** The part of the page about one resource. */
export function resourceSection(resource: ResourceReference, scene: Scene): Html {
  const { name, path, key } = resource
  const id = anchorOf(resource)
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${resource.description === null ? '' : html`<p>${resource.description}</p>`}
<p class="route"><span class="verb">GET</span><span class="verb">HEAD</span> ${code(path)} <span class="dim">rows</span></p>
${key === null ? '' : html`<p class="route"><span class="verb">GET</span><span class="verb">HEAD</span> ${code(`${path}/{${keyText(key)}}`)} <span class="dim">one row</span></p>`}
<h3>Columns</h3>
${table(
  `Columns of ${name}`,
  ['Column', 'Type', 'Filters'],
  resource.fields.map((field) => column(field, key ?? [])),
)}${resource.embeds.length === 0 ? '' : embeds(resource)}<h3>Examples</h3>
${examplesOf(resource, scene).map(example)}</section>
`
}

export function anchorOf(resource: ResourceReference): string {
  return `resource-${resource.identifier}`
}

function keyText(key: readonly FieldReference[]): string {
  return key.map(({ field }) => field.name).join(',')
}

function column(each: FieldReference, key: readonly FieldReference[]): readonly Html[] {
  const { field, filter, operators } = each
  const isKey = key.includes(each)
  const usable = [...new Set(operators.map(({ operand }) => families[operand]))].join(', ')
  return [
    html`${code(field.name)}${isKey ? html`<span class="key">key</span>` : ''}`,
    html`${typeText(each)}${field.nullable ? html` <span class="dim">or null</span>` : ''}`,
    filter === null
      ? html`<span class="dim">none: comes with <code>*</code> only</span>`
      : html`${filter === field.name ? '' : html`as ${code(filter)}: `}<span class="dim">${usable}</span>`,
  ]
}

function typeText({ field }: FieldReference): Html {
  if (field.values === null || field.values.length === 0) return html`${types[field.kind]}`
  return html`${field.values.map((value, index) => html`${index === 0 ? '' : ' '}${code(value)}`)}`
}

const types: Readonly<Record<FieldKind, string>> = {
  text: 'text',
  integer: 'integer',
  bigint_blob: 'integer',
  boolean: 'boolean',
  seconds: 'timestamp',
  milliseconds: 'timestamp',
  real: 'number',
  numeric: 'number',
  json: 'JSON',
  json_blob: 'JSON',
  blob: 'base64',
}

function embeds({ name, embeds: list }: ResourceReference): Html {
  return html`<h3>Embeds</h3>
${table(
  `Embeds of ${name}`,
  ['In select', 'Gives'],
  list.map(({ spelling, to, toOne }) => [
    code(`${spelling}(…)`),
    html`${toOne ? 'one row of' : 'a list of'} ${code(to)}${toOne ? ', or null' : ''}`,
  ]),
)}`
}

function example({ title, curl, supabase }: Example): Html {
  return html`<p class="dim">${title}</p>
<pre tabindex="0"><code>${curl}</code></pre>
<pre tabindex="0"><code>${supabase}</code></pre>
`
}
