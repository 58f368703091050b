import { operators } from '../../query/operator.ts'
import type { FieldReference, ResourceReference } from '../reference.ts'

/** Sentences of the document, in CommonMark. */

/** What `select` can embed, or nothing. */
export function embedText({ embeds }: ResourceReference): string {
  if (embeds.length === 0) return ''
  const items = embeds.map(
    ({ spelling, to, toOne }) => `- ${code(`${spelling}(…)`)}: ${toOne ? 'one of' : 'a list of'} ${to}`,
  )
  return `Can be embedded with \`select\`:\n\n${items.join('\n')}`
}

/** What a resource is, and what it can embed. */
export function about(resource: ResourceReference): string {
  return [resource.description ?? '', embedText(resource)].filter((text) => text !== '').join('\n\n')
}

export function filterText({ field, operators: usable }: FieldReference): string {
  const names = [...usable.map((operator) => operator.name), 'is']
  return `Filter by ${code(field.name)}: \`operator.value\`, with one of ${names.map(code).join(', ')}; \`not.\` in front negates.`
}

/** The whole table, once, so that filters need not repeat it. */
export function operatorText(): string {
  const rows = [...operators.values()].map(
    ({ name, description, quantified }) =>
      `| \`${name}\` | ${description.replaceAll('|', '\\|')} | ${quantified ? '`any`, `all`' : ''} |`,
  )
  return [
    '| operator | meaning | quantifiers |',
    '|---|---|---|',
    ...rows,
    '| `is` | `null`, `not_null`, `true`, `false` or `unknown` |  |',
  ].join('\n')
}

/** A code span around any text (CommonMark §6.1). */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`
}
