import { render } from '../../model/expression.ts'
import type { Gate, Node } from '../../query/tree.ts'

const source = /\b(?:from|join)\s+(?:["`[]([^"`\]]+)["`\]]|([\w$]+)\b(?!\s*\())/gi

/** What the gates of a query read besides its own rows: by each of them the names of tables, in lower case. */
export function policySources(node: Node<Gate>): readonly string[] {
  return policiesOf(node).flatMap((policy) =>
    [...policy.matchAll(source)].map(([, quoted, bare = '']) => (quoted ?? bare).toLowerCase()),
  )
}

/** What the gates ask of rows, as SQL. */
function policiesOf(node: Node<Gate>): readonly string[] {
  const below = node.embeds.flatMap(({ node: embedded, through }) => [
    ...(through === null ? [] : verdictText(through.gate)),
    ...policiesOf(embedded),
  ])
  return [...verdictText(node.gate), ...below]
}

function verdictText({ verdict }: Gate): readonly string[] {
  return typeof verdict === 'boolean' ? [] : [render(verdict).text]
}
