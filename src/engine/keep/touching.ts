import type { Watch } from '../../model/rule/watch.ts'
import type { UnguardedWrite } from '../../query/write/tree.ts'
import { partFields } from '../../sql/record/part.ts'

/** What one write of a transaction touches. */
export interface Touching {
  /** Tables of `Model.watch`. */
  readonly touched: readonly string[]
  /** Its own table, where its steps say which parts of it they write; null: they do not. */
  readonly named: string | null
}

export function touchingOf(tree: UnguardedWrite, watch: Watch): Touching {
  const { tableName } = tree.root.resource
  return {
    touched: watch.touchedBy(tableName, tree.kind === 'delete'),
    named: isNaming(tree, watch) ? tableName : null,
  }
}

/** What a transaction touches, and of which tables all of its writes say which parts. */
export function touchedTogether(writes: readonly Touching[]): {
  readonly touched: readonly string[]
  readonly named: readonly string[]
} {
  const touched = [...new Set(writes.flatMap((write) => write.touched))]
  const named = touched.filter((table) =>
    writes.every((write) => write.named === table || !write.touched.includes(table)),
  )
  return { touched, named }
}

/**
 * Whether a write says which parts of its table it writes. One that changes keys does not: its rows are remembered by
 * rowid, which is a key of integers.
 */
function isNaming(tree: UnguardedWrite, watch: Watch): boolean {
  const { resource } = tree.root
  if (!watch.isPrecise(resource.tableName, tree.kind === 'delete')) return false
  const changed =
    tree.kind === 'update'
      ? tree.cells.map(({ field }) => field)
      : tree.kind === 'insert'
        ? (tree.conflict?.set ?? [])
        : []
  return partFields(resource).length > 0 && !changed.some((field) => resource.key.includes(field))
}
