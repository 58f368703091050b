/** What a transaction of writes comes to, worked out over rows in memory. */
import { answer } from '../answer.ts'
import { type Json, jsonText, wireValue } from '../value.ts'
import { type Row, tableOf } from '../world.ts'
import { type Drawn, refusalsBefore, type Scene } from './before.ts'
import { remove, update } from './change.ts'
import { Draft, Refused, type State } from './draft.ts'
import { insert } from './insert.ts'
import type { Change, Written } from './outcome.ts'
import { readOf } from './reply.ts'
import { rulesOf } from './rules.ts'

export interface Outcome {
  /** Codes of which one must come; empty: it must be done. */
  readonly codes: ReadonlySet<string>
  readonly results: readonly Result[]
  readonly state: State
}

export interface Result {
  readonly affected: number
  readonly reply: readonly Json[] | null
  readonly audit: readonly Kept[]
}

/** A row of the audit. */
export interface Kept {
  readonly resource: string
  readonly operation: 'create' | 'update' | 'delete'
  readonly key: Json
  readonly before: Json
  readonly after: Json
}

export function transact(scene: Scene, writes: readonly Drawn[], state: State): Outcome {
  const draft = new Draft(state, scene.world, scene.rules)
  try {
    for (const drawn of writes) {
      const codes = refusalsBefore(scene, drawn)
      if (codes.size > 0) throw new Refused(...codes)
    }
    const results = writes.map((drawn) => resultOf(scene, drawn, draft))
    if (draft.isBroken()) throw new Refused('23503')
    return { codes: new Set(), results, state: draft }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { codes: error.codes, results: [], state }
  }
}

function resultOf(scene: Scene, drawn: Drawn, draft: Draft): Result {
  const { intent } = drawn.request
  const written = writtenBy(scene, drawn, draft)
  if (!draft.isDeferred && draft.isBroken()) throw new Refused('23503')
  const question = { ...readOf(scene, drawn, written.replyData), only: written.reply }
  return {
    affected: written.affected,
    reply: intent.reply === null ? null : answer(question).page,
    audit: rulesOf(scene.rules, intent.resource).audited
      ? written.changes.map((change) => keptOf(scene, intent.resource, change))
      : [],
  }
}

function writtenBy(scene: Scene, drawn: Drawn, draft: Draft): Written {
  switch (drawn.request.intent.kind) {
    case 'insert':
      return insert(scene, drawn, draft)
    case 'update':
      return update(scene, drawn, draft)
    case 'delete':
      return remove(scene, drawn, draft)
  }
}

function keptOf({ world }: Scene, resource: string, { before, after }: Change): Kept {
  const table = tableOf(world, resource)
  const columns = Object.keys(table.columns)
  const json = (row: Row, names: readonly string[]): Json =>
    Object.fromEntries(
      names.map((name) => [name, wireValue(row[name] ?? null, table.columns[name] ?? 'text')]),
    )
  const key = json(after ?? before ?? {}, table.key)
  if (before === null)
    return { resource, operation: 'create', key, before: null, after: json(after ?? {}, columns) }
  if (after === null)
    return { resource, operation: 'delete', key, before: json(before, columns), after: null }
  const isChanged = (name: string) => jsonText(json(before, [name])) !== jsonText(json(after, [name]))
  const changed = columns.filter(isChanged)
  return { resource, operation: 'update', key, before: json(before, changed), after: json(after, changed) }
}
