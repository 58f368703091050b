import { isSQLWrapper } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import type { Model } from '../../model/model.ts'
import { tablesIn } from '../../model/scope.ts'

/**
 * A procedure is one transaction of the main database, where a sharded table is empty: it neither reads nor writes one.
 * The answer names the procedure alone, for its caller need not know of the table.
 * @param used what its handler gives to Drizzle; what is no expression names no table
 * @throws Problem SHARD_CROSSED
 */
export function refuseSharded({ sharded }: Model, procedure: string, used: readonly unknown[]): void {
  if (sharded.size === 0) return
  const isSharded = used.some(
    (each) => isSQLWrapper(each) && !tablesIn(each.getSQL()).isDisjointFrom(sharded),
  )
  if (!isSharded) return
  throw new Problem('SHARD_CROSSED', {
    message: `procedure '${procedure}' is a transaction of the main database, and uses a table that is sharded`,
    hint: 'Write to sharded resources by requests of their own.',
  })
}
