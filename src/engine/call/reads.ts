import { QueryBuilder } from 'drizzle-orm/sqlite-core'
import type { Result, Statement } from '../../base/statement.ts'
import type { ProcedureDatabase, Query } from '../../declare/procedure.ts'
import { toStatement } from '../../model/expression.ts'
import { rowReader } from './selection.ts'

/** How a handler reads: through Drizzle, once. */
export type Reads = Pick<ProcedureDatabase, 'select' | 'read'>

/**
 * @param allow throws for what must not be asked
 * @param ask answers all statements in one trip
 */
export function readsOnce(
  allow: (queries: readonly Query[]) => void,
  ask: (statements: readonly Statement[]) => Promise<readonly Result[]>,
): Reads {
  const builder = new QueryBuilder()
  let hasRead = false
  return {
    select: builder.select.bind(builder),
    async read(...queries) {
      if (hasRead) throw new TypeError('a procedure reads once: ask everything at once with db.read(…)')
      hasRead = true
      allow(queries)
      const results = await ask(queries.map((query) => toStatement(query)))
      const rows = queries.map((query, index) => {
        const readRow = rowReader(query._.selectedFields)
        return (results[index]?.rows ?? []).map(readRow)
      })
      // Drizzle's type of a query says what its selection reads.
      return rows as never
    },
  }
}
