import { violationKinds } from '../check/violations.ts'
import type { Played } from '../play.ts'
import { aligned } from './figures.ts'

/** All violations of all contenders: there must be none of anybody. */
export function violationReport(played: readonly Played[]): string {
  const kinds = Object.keys(violationKinds) as (keyof typeof violationKinds)[]
  const rows = kinds.map((kind) => [
    `  ${violationKinds[kind]}`,
    ...played.map(({ violations }) => String(violations.count(kind))),
  ])
  const examples = played.flatMap(({ name, violations }) =>
    violations.examples.map((example) => `  ${name}: ${example}`),
  )
  return [
    ...aligned([
      ['violations', ...played.map(({ name }) => name)],
      ...rows,
      ['  answers that were checked', ...played.map(({ checked }) => String(checked))],
    ]),
    ...examples,
    ...played.flatMap(({ name, logs }) =>
      [...logs].map(([text, count]) => `  ${name} logged ${count} times: ${text}`),
    ),
  ].join('\n')
}
