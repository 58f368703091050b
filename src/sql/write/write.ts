import type { SQL } from 'drizzle-orm'
import type { Gate } from '../../query/tree.ts'
import type { DeleteTree, GuardedWrite, InsertTree, UpdateTree } from '../../query/write/tree.ts'
import { type Binding, type Fragment, sql } from '../fragment.ts'
import { drizzleFragment } from '../gate.ts'
import { columnsOf, type Written, writtenAnswer } from '../read.ts'
import { markDeleted, markInserted, markUpdated, type Naming } from '../record/part.ts'
import { recordDelete, recordInsert, recordUpdate } from '../record/record.ts'
import { type Tie, untied } from '../tie.ts'
import { broughtDemand, type Caps, mostDemand, mostOf, touchedDemand } from './caps.ts'
import {
  capDemand,
  changedRows,
  chosenOfTable,
  chosenRows,
  itemDemand,
  matchDemand,
  remove,
  update,
} from './change.ts'
import { clashDemand } from './clash.ts'
import { refuse } from './failure.ts'
import { insertSteps, keyOfRows, unseenDemand } from './insert.ts'
import { aliveDemand, parentDemands, policyDemand, singleDemand } from './outcome.ts'
import { forget, isTouched, touchedOfTable } from './touched.ts'

/**
 * A write as the statements of one transaction. What must hold is asserted among them, so that the list is closed: it
 * depends on nothing outside itself, and can be sent again whole.
 */
export interface WriteStatements {
  /** Fails unless the caller's session stands: it comes first of all, once in a transaction. Null without a session. */
  readonly session: Step | null
  readonly steps: readonly Step[]
  /** Which step says how many rows were written. */
  readonly writes: number
  /** Which step gives the answer (`engine/answer.ts` takes it apart); null without one. */
  readonly answers: number | null
  /** Which step gives the key of the only row that was made, as a JSON array, where the body alone does not tell it. */
  readonly locates: number | null
  /** Names of the columns of a CSV answer. */
  readonly columns: readonly string[]
}

export interface Step {
  readonly text: string
  readonly bindings: readonly Binding[]
}

/** What is not the same for all writes. */
export interface WriteOptions {
  /** Null: there may be any number of rows. */
  readonly caps: Caps | null
  /** How it says which parts of its table it writes; null: it does not. */
  readonly naming: Naming | null
}

/** The one way from a write to SQL: it takes what passed the gate, and nothing else. */
export function writeStatements(tree: GuardedWrite, admission: SQL, options: WriteOptions): WriteStatements {
  const session = tree.session ? sessionDemand(admission) : null
  const { before, write, after, answer, locate } = stepsOf(tree, options)
  const steps = [...before, write, ...after]
  return {
    session,
    steps,
    writes: before.length,
    answers: answer === null ? null : steps.indexOf(answer),
    locates: locate === null ? null : steps.indexOf(locate),
    columns: tree.reply === null ? [] : columnsOf(tree.root, { nullsStripped: false, rowsAtMost: 0 }),
  }
}

/** Fails unless the caller's session stands. */
export function sessionDemand(admission: SQL): Step | null {
  return refuse([{ failsWhen: sql`not ${drizzleFragment(admission)}`, code: 'session' }])
}

interface Sequence {
  readonly before: readonly Fragment[]
  readonly write: Fragment
  readonly after: readonly Fragment[]
  /** The one of them that gives the answer. */
  readonly answer: Fragment | null
  /** The one of them that gives the key of a new row. */
  readonly locate: Fragment | null
}

function stepsOf(tree: GuardedWrite, options: WriteOptions): Sequence {
  switch (tree.kind) {
    case 'insert':
      return inserting(tree, options)
    case 'update':
      return updating(tree, options)
    case 'delete':
      return deleting(tree, options)
  }
}

/** Keys are looked at when all is written: rows of one body may refer to each other. */
const deferKeys: Fragment = sql`pragma defer_foreign_keys = on`

function inserting(tree: InsertTree<Gate>, { caps, naming }: WriteOptions): Sequence {
  const { root, conflict, parents } = tree
  const steps = insertSteps(tree)
  const made = {
    before: steps.usesTouched ? sql`` : steps.written.before,
    conditions: steps.made(root.row),
  }
  const changed = steps.changed === null ? null : { before: sql``, conditions: steps.changed(root.row) }
  // A row that stays as it was is not asked what it refers to: the answer would tell of it.
  const all = changed === null ? made : { before: sql``, conditions: [isTouched(root.row)] }
  const mergeable =
    conflict === null || changed === null
      ? []
      : [
          ...policyDemand(root, conflict.touched, changed),
          ...aliveDemand(root, conflict, changed),
          ...matchDemand(tree),
        ]
  const outcome = refuse([
    ...(steps.usesTouched ? unseenDemand(tree) : []),
    ...policyDemand(root, tree.outcome, made),
    ...(conflict === null || changed === null ? [] : policyDemand(root, conflict.outcome, changed)),
    ...parentDemands(root, parents, all),
  ])
  const answer = answerOf(tree, steps.written, caps)
  const single = refuse(singleDemand(tree, steps.written))
  const record = recordInsert(tree, steps)
  const marks = naming === null ? nothing : markInserted(tree, steps, naming)
  // What was there already was not made, and its key may be another one than that of the body.
  const isBodys = steps.isKnown && conflict === null
  const locate = tree.isList || isBodys ? null : keyOfRows(root, steps.new)
  return {
    before: present([
      parents.length > 0 ? deferKeys : null,
      ...steps.before,
      refuse([...broughtDemand(tree, caps), ...mergeable, ...clashDemand(tree)]),
      ...record.before,
      ...marks.before,
    ]),
    write: steps.write,
    after: present([
      ...steps.after,
      outcome,
      single,
      ...record.after,
      ...marks.after,
      answer,
      locate,
      steps.usesTouched ? forget : null,
    ]),
    answer,
    locate,
  }
}

function updating(tree: UpdateTree<Gate>, { caps, naming }: WriteOptions): Sequence {
  const { root, parents } = tree
  const touched = { before: sql``, conditions: [isTouched(root.row)] }
  const outcome = refuse([
    ...policyDemand(root, tree.outcome, touched),
    ...parentDemands(root, parents, touched),
    ...singleDemand(tree, changedRows(tree)),
  ])
  const most = mostOf(tree, caps)
  const demands = [...capDemand(tree), ...matchDemand(tree), ...itemDemand(tree), ...clashDemand(tree)]
  const record = recordUpdate(tree)
  const marks = naming === null ? nothing : markUpdated(tree, naming)
  const answer = answerOf(tree, changedRows(tree), caps)
  const after = present([outcome, ...record.after, ...marks.after, answer])
  if (demands.length + record.before.length + marks.before.length + after.length === 0)
    return alone(update(tree, chosenOfTable(tree)), most)
  return {
    before: present([
      parents.length > 0 ? deferKeys : null,
      chosenRows(tree, most),
      refuse([...touchedDemand(tree, most), ...demands]),
      ...record.before,
      ...marks.before,
    ]),
    write: update(tree, touchedOfTable),
    after: [...after, forget],
    answer,
    locate: null,
  }
}

/** What was deleted is answered as it was before. */
function deleting(tree: DeleteTree<Gate>, { caps, naming }: WriteOptions): Sequence {
  const answer = answerOf(tree, changedRows(tree), caps)
  const most = mostOf(tree, caps)
  const demands = [
    ...capDemand(tree),
    ...matchDemand(tree),
    ...itemDemand(tree),
    ...singleDemand(tree, changedRows(tree)),
  ]
  const looked = present([
    ...recordDelete(tree),
    ...(naming === null ? [] : markDeleted(tree, naming)),
    answer,
  ])
  if (demands.length + looked.length === 0) return alone(remove(tree, chosenOfTable(tree)), most)
  const refusal = refuse([...touchedDemand(tree, most), ...demands])
  return {
    before: present([chosenRows(tree, most), refusal, ...looked]),
    write: remove(tree, touchedOfTable),
    after: [forget],
    answer,
    locate: null,
  }
}

const nothing = { before: [], after: [] }

/** A change of rows that nobody looks at before or afterwards: none of them has to be remembered. */
function alone(write: Fragment, most: number | null): Sequence {
  return {
    before: [],
    write,
    after: present([refuse(mostDemand(sql`changes()`, most))]),
    answer: null,
    locate: null,
  }
}

function answerOf(
  { reply, root, shownVersion }: GuardedWrite,
  written: Tie,
  caps: Caps | null,
): Fragment | null {
  if (reply === null) return null
  const tree: Written = {
    root,
    format: reply.format,
    nullsStripped: reply.nullsStripped,
    version: shownVersion,
  }
  return writtenAnswer(tree, { ...untied, ...written }, caps?.shown ?? 0)
}

function present(fragments: readonly (Fragment | null)[]): readonly Fragment[] {
  return fragments.filter((fragment) => fragment !== null)
}
