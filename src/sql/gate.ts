import type { SQL } from 'drizzle-orm'
import type { Verdict } from '../declare/policy.ts'
import { render } from '../model/expression.ts'
import type { Resource } from '../model/resource.ts'
import { bindToRow, rowAlias } from '../model/scope.ts'
import type { Gate } from '../query/tree.ts'
import { type Fragment, join, sql } from './fragment.ts'

/** What the gate demands of a row. */
export function gateCondition(resource: Resource, row: number, gate: Gate): readonly Fragment[] {
  return verdictCondition(resource, row, gate.verdict)
}

/** What an author says of rows, as conditions for one row source. */
export function verdictCondition(resource: Resource, row: number, verdict: Verdict): readonly Fragment[] {
  if (verdict === true) return []
  return verdict === false ? [sql`false`] : [bound(resource, row, verdict)]
}

/**
 * A condition that only meets rows for which the gates hold. SQLite tries what stands between `and` in any order;
 * CASE alone promises one.
 */
export function behind(gates: readonly Fragment[], condition: Fragment): Fragment {
  return gates.length === 0 ? condition : sql`case when ${join(gates, ' and ')} then ${condition} end`
}

function bound(resource: Resource, row: number, verdict: SQL): Fragment {
  return drizzleFragment(bindToRow(verdict, resource.table, rowAlias(row)))
}

/** A Drizzle expression, in parentheses, as a piece of a statement. */
export function drizzleFragment(expression: SQL): Fragment {
  const { text, parameters } = render(expression)
  return {
    text: `(${text})`,
    bindings: parameters.map((each) =>
      each.kind === 'caller' ? { from: 'caller', name: each.name } : { from: 'constant', value: each.value },
    ),
  }
}
