import type { Field } from '../../../model/field.ts'
import type { ResourceReference } from '../../reference.ts'
import { queryString } from '../../spelling.ts'
import type { InputReference } from '../../write.ts'
import { curlHeaders, curlSending, type Example, quoted, type Scene, shellSafe } from './example.ts'

/** How rows are made, changed and deleted. What stands for a value is to be replaced: `…`, `ID`. */
export function writeExamples(resource: ResourceReference, scene: Scene): readonly Example[] {
  const { write, isReadable } = resource
  const reply = isReadable ? returning : silent
  const made = write.create === null ? null : newRow(write.create)
  const changed = write.update === null ? null : changeOf(write.update)
  return [
    ...(made === null
      ? []
      : [written({ title: 'A new row', method: 'POST', body: made, reply }, resource, scene)]),
    ...(changed === null || resource.key === null
      ? []
      : [written({ title: 'A change', method: 'PATCH', body: changed, reply }, resource, scene)]),
    ...(write.delete && resource.key !== null
      ? [written({ title: 'A deletion', method: 'DELETE', body: null, reply: silent }, resource, scene)]
      : []),
  ]
}

type Body = Readonly<Record<string, unknown>>

/** What a new row must give; if it need not give anything, something that it can. */
export function newRow(fields: readonly InputReference[]): Body {
  const required = fields.filter((each) => each.required)
  return bodyOf(
    required.length > 0 ? required : fields.filter(({ field }) => !field.column.primary).slice(0, 1),
  )
}

function changeOf(fields: readonly InputReference[]): Body {
  return bodyOf(fields.slice(0, 1))
}

function bodyOf(fields: readonly InputReference[]): Body {
  return Object.fromEntries(fields.map(({ field }) => [field.name, sampleOf(field)]))
}

function sampleOf({ kind, values }: Field): unknown {
  const [value] = values ?? []
  if (value !== undefined) return value
  switch (kind) {
    case 'text':
      return '…'
    case 'boolean':
      return true
    case 'seconds':
    case 'milliseconds':
      return '2026-01-31T12:00:00Z'
    case 'json':
    case 'json_blob':
      return {}
    case 'blob':
      return 'AAEC'
    default:
      return 1
  }
}

interface Draft {
  readonly title: string
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly body: Body | null
  readonly reply: Reply
}

/** Whether the rows come back. */
interface Reply {
  readonly query: readonly (readonly [string, string])[]
  readonly headers: readonly string[]
  readonly call: string
}

const returning: Reply = {
  query: [['select', '*']],
  headers: ["-H 'Prefer: return=representation'"],
  call: '.select()',
}
const silent: Reply = { query: [], headers: [], call: '' }

const calls = { POST: 'insert', PATCH: 'update', DELETE: 'delete' } as const

function written({ title, method, body, reply }: Draft, resource: ResourceReference, scene: Scene): Example {
  const chosen = method === 'POST' ? [] : (resource.key ?? [])
  const isItem = chosen.length > 0 && resource.write.requiresMatch
  const keys = chosen.map(({ field, filter }) => ({
    name: filter ?? field.name,
    value: field.kind === 'text' ? 'ID' : 1,
  }))
  const query = [
    ...(isItem ? [] : keys.map(({ name, value }) => [name, `eq.${value}`] as const)),
    ...reply.query,
  ]
  const item = isItem ? `/${keys.map(({ value }) => value).join(',')}` : ''
  const url = `${scene.apiUrl}${shellSafe(resource.path)}${item}${query.length === 0 ? '' : `?${queryString(query)}`}`
  const headers = [curlHeaders(scene.asker), ...(isItem ? [`-H 'If-Match: "…"'`] : []), ...reply.headers]
  const filters = keys.map(
    ({ name, value }) => `.eq(${quoted(name)}, ${typeof value === 'string' ? quoted(value) : value})`,
  )
  const given = body === null ? '' : javascript(body)
  return {
    title,
    curl: curlSending(method, url, headers, body === null ? null : JSON.stringify(body)),
    supabase: isItem
      ? null
      : `await supabase.from(${quoted(resource.name)}).${calls[method]}(${given})${filters.join('')}${reply.call}`,
  }
}

/** JSON is JavaScript, but for how people write its names. */
export function javascript(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name)}: ${javascript(member)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
