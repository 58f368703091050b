import type { Operation } from '../../declare/after.ts'
import type { Gate, Node } from '../../query/tree.ts'
import type { DeleteTree, InsertTree, UpdateTree } from '../../query/write/tree.ts'
import type { Fragment } from '../fragment.ts'
import type { Tie } from '../tie.ts'
import type { Steps } from '../write/insert.ts'
import { touchedTie } from '../write/touched.ts'
import { auditOf } from './audit.ts'
import { eventOf } from './outbox.ts'
import { snapshot } from './snapshot.ts'

/**
 * What a write keeps of its rows beside them, as steps of its transaction and no triggers, which do not know who asks: a
 * constant number of statements, whatever the number of rows.
 */
export interface Recording {
  /** When it is known which rows are meant, and none is written. */
  readonly before: readonly Fragment[]
  /** When all are written, and nothing has refused them. */
  readonly after: readonly Fragment[]
}

export function recordInsert(tree: InsertTree<Gate>, steps: Steps): Recording {
  const { root, conflict } = tree
  const made = steps.usesTouched ? touchedTie(root.row, false) : steps.written
  // With nothing to set, a row that is there already stays as it was.
  const isMerged = steps.changed !== null && conflict !== null && conflict.set.length > 0
  const merged = isMerged ? recordUpdate(tree) : { before: [], after: [] }
  return { before: merged.before, after: [...records(root, 'create', made), ...merged.after] }
}

export function recordUpdate({ root }: UpdateTree<Gate> | InsertTree<Gate>): Recording {
  const { isAudited, comparesChanges } = root.resource.records
  const isCompared = isAudited || comparesChanges
  return {
    before: isCompared ? [snapshot(root, 'before')] : [],
    after: [
      ...(isCompared ? [snapshot(root, 'after')] : []),
      ...records(root, 'update', touchedTie(root.row, true)),
    ],
  }
}

/** Of rows that go, everything is kept before they do. */
export function recordDelete({ root }: DeleteTree<Gate>): readonly Fragment[] {
  return records(root, 'delete', touchedTie(root.row, true))
}

function records(root: Node<Gate>, operation: Operation, rows: Tie): readonly Fragment[] {
  const { isAudited, events } = root.resource.records
  return [
    ...(isAudited ? [auditOf(root, operation, rows)] : []),
    ...events[operation].map((emission) => eventOf(root, emission, rows)),
  ]
}
