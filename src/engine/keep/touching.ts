import type { Watch } from '../../model/rule/watch.ts'
import type { UnguardedWrite } from '../../query/write/tree.ts'
import { type Naming, partFields } from '../../sql/record/part.ts'

/** What one write of a transaction touches. */
export interface Touching {
  /** Tables of `Model.watch`. */
  readonly touched: readonly string[]
  /** Its own table, where its steps say which parts of it they write; null: they do not. */
  readonly named: string | null
  /** How they say it. */
  readonly naming: Naming | null
}

export function touchingOf(tree: UnguardedWrite, watch: Watch): Touching {
  const { tableName } = tree.root.resource
  const naming = namingOf(tree, watch)
  return {
    touched: watch.touchedBy(tableName, tree.kind === 'delete'),
    named: naming === null ? null : tableName,
    naming,
  }
}

/** What a transaction touches, and of which tables all of its writes say which parts. */
export function touchedTogether(writes: readonly Pick<Touching, 'touched' | 'named'>[]): {
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
 * How a write says which parts of its table it writes; null: it does not. One that changes keys does not: its rows are
 * remembered by rowid, which is a key of integers.
 */
function namingOf(tree: UnguardedWrite, watch: Watch): Naming | null {
  const { resource } = tree.root
  if (!watch.isPrecise(resource.tableName, tree.kind === 'delete')) return null
  const changed =
    tree.kind === 'update'
      ? tree.cells.map(({ field }) => field)
      : tree.kind === 'insert'
        ? (tree.conflict?.set ?? [])
        : []
  const isNaming = partFields(resource).length > 0 && !changed.some((field) => resource.key.includes(field))
  return isNaming ? { open: watch.open(resource.tableName) } : null
}
