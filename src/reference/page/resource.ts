import { type Html, html } from '../../base/http/html.ts'
import type { Field, FieldKind } from '../../model/field.ts'
import type { FieldReference, ResourceReference } from '../reference.ts'
import { type InputReference, isWritten } from '../write.ts'
import { exampleBlock } from './example/block.ts'
import type { Scene } from './example/example.ts'
import { examplesOf } from './example/read.ts'
import { writeExamples } from './example/write.ts'
import { families } from './guide/read.ts'
import { code, table } from './table.ts'

/** The part of the page about one resource. */
export function resourceSection(resource: ResourceReference, scene: Scene): Html {
  const { name, path, key } = resource
  const id = anchorOf(resource)
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
${resource.description === null ? '' : html`<p>${resource.description}</p>`}
${route(listVerbs(resource), path, 'rows')}${key === null ? '' : route(itemVerbs(resource), `${path}/{${keyText(key)}}`, 'one row')}<h3>Columns</h3>
${table(
  `Columns of ${name}`,
  [
    'Column',
    'Type',
    ...(resource.isReadable ? ['Filters'] : []),
    ...(isWritten(resource.write) ? ['Written'] : []),
  ],
  columns(resource),
)}${resource.embeds.length === 0 ? '' : embeds(resource)}<h3>Examples</h3>
${resource.write.requiresMatch && isWritten(resource.write) ? html`<p>A change of a row must say in <code>If-Match</code> what it is a change of.</p>\n` : ''}${[...examplesOf(resource, scene), ...writeExamples(resource, scene)].map(exampleBlock)}</section>
`
}

export function anchorOf(resource: ResourceReference): string {
  return `resource-${resource.identifier}`
}

function keyText(key: readonly FieldReference[]): string {
  return key.map(({ field }) => field.name).join(',')
}

function route(verbs: readonly string[], path: string, what: string): Html {
  return html`<p class="route">${verbs.map((verb) => html`<span class="verb">${verb}</span>`)} ${code(path)} <span class="dim">${what}</span></p>
`
}

function listVerbs({ isReadable, write }: ResourceReference): readonly string[] {
  return [
    ...(isReadable ? ['GET', 'HEAD'] : []),
    ...(write.create === null ? [] : ['POST']),
    ...(write.update === null || write.requiresMatch ? [] : ['PATCH']),
    ...(write.delete && !write.requiresMatch ? ['DELETE'] : []),
  ]
}

function itemVerbs({ write }: ResourceReference): readonly string[] {
  return [
    ...['GET', 'HEAD'],
    ...(write.update === null ? [] : ['PATCH']),
    ...(write.replace === null ? [] : ['PUT']),
    ...(write.delete ? ['DELETE'] : []),
  ]
}

/** What may be read, then what may only be written. */
function columns(resource: ResourceReference): readonly (readonly Html[])[] {
  const { fields, key, write, isReadable } = resource
  const read = new Set(fields.map(({ field }) => field))
  const given = [...(write.create ?? []), ...(write.update ?? [])].map(({ field }) => field)
  const writtenCell = (field: Field) => (isWritten(write) ? [writtenText(field, resource)] : [])
  return [
    ...fields.map((each) => [...column(each, key ?? []), ...writtenCell(each.field)]),
    ...[...new Set(given)]
      .filter((field) => !read.has(field))
      .map((field) => [
        code(field.name),
        valueText(field),
        ...(isReadable ? [html`<span class="dim">none: it is never read</span>`] : []),
        ...writtenCell(field),
      ]),
  ]
}

function writtenText(field: Field, { write }: ResourceReference): Html {
  const of = (inputs: readonly InputReference[] | null) => inputs?.find((each) => each.field === field)
  const created = of(write.create)
  const words = [
    ...(created === undefined ? [] : [created.required ? 'required' : 'new']),
    ...(of(write.update) === undefined ? [] : ['change']),
  ]
  return html`<span class="dim">${words.length === 0 ? 'no' : words.join(', ')}</span>`
}

function column(each: FieldReference, key: readonly FieldReference[]): readonly Html[] {
  const { field, filter, operators } = each
  const isKey = key.includes(each)
  const usable = [...new Set(operators.map(({ operand }) => families[operand]))].join(', ')
  return [
    html`${code(field.name)}${isKey ? html`<span class="key">key</span>` : ''}`,
    valueText(field),
    filter === null
      ? html`<span class="dim">none: comes with <code>*</code> only</span>`
      : html`${filter === field.name ? '' : html`as ${code(filter)}: `}<span class="dim">${usable}</span>`,
  ]
}

function valueText(field: Field): Html {
  return html`${typeText(field)}${field.nullable ? html` <span class="dim">or null</span>` : ''}`
}

function typeText(field: Field): Html {
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
