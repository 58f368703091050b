import type { FieldReference, ResourceReference } from '../../reference.ts'
import { queryString } from '../../spelling.ts'
import { curlHeaders, type Example, quoted, type Scene, shellSafe } from './example.ts'

/** Lines that work when pasted, with the key in an environment variable. */
export function examplesOf(resource: ResourceReference, scene: Scene): readonly Example[] {
  if (!resource.isReadable) return []
  return [firstPage(resource), filtered(resource), searched(resource), embedded(resource)].flatMap((draft) =>
    draft === null ? [] : [written(draft, resource, scene)],
  )
}

interface Draft {
  readonly title: string
  readonly select: string
  readonly query: readonly (readonly [name: string, value: string])[]
  /** The calls behind `select(…)`. */
  readonly calls: string
}

const rows = 3

function firstPage(resource: ResourceReference): Draft {
  const columns = named(resource).slice(0, 4)
  const [order] = resource.key ?? []
  const select = columns.join(',') || '*'
  const sorted = order?.spelling ?? null
  return {
    title: 'A page, sorted',
    select,
    query: [...(sorted === null ? [] : ([['order', `${sorted}.asc`]] as const)), ['limit', String(rows)]],
    calls: `${sorted === null ? '' : `.order(${quoted(sorted)})`}.limit(${rows})`,
  }
}

function filtered(resource: ResourceReference): Draft | null {
  const filters = resource.fields.flatMap((each) => filterOn(each) ?? [])
  const [best] = filters.sort((left, right) => left.rank - right.rank)
  if (best === undefined) return null
  const { name, operator, value } = best
  const text = typeof value === 'string' ? quoted(value) : String(value)
  return {
    title: 'With a filter',
    select: '*',
    query: [
      [name, `${operator}.${value}`],
      ['limit', String(rows)],
    ],
    calls: `.${operator}(${quoted(name)}, ${text}).limit(${rows})`,
  }
}

function filterOn({ field, filter }: FieldReference) {
  if (filter === null) return null
  const [value] = field.values ?? []
  const shared = { name: filter }
  if (value !== undefined) return { ...shared, rank: 0, operator: 'eq', value }
  switch (field.kind) {
    case 'integer':
    case 'real':
    case 'numeric':
      return { ...shared, rank: 1, operator: 'gte', value: 100 }
    case 'boolean':
      return { ...shared, rank: 2, operator: 'is', value: true }
    case 'seconds':
    case 'milliseconds':
      return { ...shared, rank: 3, operator: 'gte', value: '2026-01-31T12:00:00Z' }
    case 'text':
      return { ...shared, rank: 4, operator: 'ilike', value: '*a*' }
    default:
      return null
  }
}

function searched(resource: ResourceReference): Draft | null {
  const found = resource.fields.find(({ operators }) => operators.some(({ operand }) => operand === 'words'))
  const name = found?.filter ?? null
  if (name === null) return null
  return {
    title: 'Full-text search',
    select: '*',
    query: [
      [name, 'wfts.cotton or linen'],
      ['limit', String(rows)],
    ],
    calls: `.textSearch(${quoted(name)}, 'cotton or linen', { type: 'websearch' }).limit(${rows})`,
  }
}

function embedded(resource: ResourceReference): Draft | null {
  const [embed] = resource.embeds
  if (embed === undefined) return null
  return {
    title: `With ${embed.toOne ? 'one' : 'a list'} of ${embed.to} in each row`,
    select: `*,${embed.spelling}(*)`,
    query: [['limit', String(rows)]],
    calls: `.limit(${rows})`,
  }
}

function written({ title, select, query, calls }: Draft, resource: ResourceReference, scene: Scene): Example {
  const url = `${scene.apiUrl}${shellSafe(resource.path)}?${queryString([['select', select], ...query])}`
  return {
    title,
    curl: `curl '${url}' ${curlHeaders(scene.asker)}`,
    supabase: `await supabase.from(${quoted(resource.name)}).select(${quoted(select)})${calls}`,
  }
}

function named({ fields }: ResourceReference): readonly string[] {
  return fields.flatMap(({ spelling }) => spelling ?? [])
}
