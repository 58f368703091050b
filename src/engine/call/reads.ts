import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { driverValue, type Result, type Statement } from '../../base/statement.ts'
import type { ProcedureDatabase } from '../../declare/procedure.ts'
import { toValue } from '../../model/expression.ts'

/** How a handler reads: through Drizzle, once. */
export type Reads = Pick<ProcedureDatabase, 'select' | 'read'>

/** @param ask answers all statements in one trip */
export function readsOnce(ask: (statements: readonly Statement[]) => Promise<readonly Result[]>): Reads {
  let hasRead = false
  const once = async (queries: readonly { readonly sql: string; readonly params: readonly unknown[] }[]) => {
    if (hasRead) throw new TypeError('a procedure reads once: ask everything at once with db.read(…)')
    hasRead = true
    const results = await ask(queries.map(({ sql, params }) => ({ sql, args: params.map(toValue) })))
    return results.map(({ rows }) => ({ rows: rows.map((row) => row.map(driverValue)) }))
  }
  const db = drizzle(
    async (sql, params) => {
      const [first = { rows: [] }] = await once([{ sql, params }])
      return first
    },
    (queries) => once(queries),
  )
  return { select: db.select.bind(db), read: (...queries) => db.batch(queries) }
}
