import { columnsOf, type Row, type Stored, tableOf } from '../world.ts'
import { conflictColumns, type Drawn, givenColumns, mayWrite, type Scene } from './before.ts'
import { grown, valuesOf } from './change.ts'
import { type Draft, isEqual, Refused } from './draft.ts'
import { judged, mayRead } from './judge.ts'
import { type Change, demandParents, demandSingle, matches, type Written } from './outcome.ts'
import { rulesOf } from './rules.ts'

export function insert(scene: Scene, drawn: Drawn, draft: Draft): Written {
  const { resource, conflict } = drawn.request.intent
  const rules = rulesOf(scene.rules, resource)
  const candidates = drawn.rows.map((_, index) => candidateOf(scene, drawn, index))
  const on = conflictColumns(drawn.request.intent, tableOf(scene.world, resource))
  const merges = conflict !== null && conflict.action !== 'ignore'
  const before = new Map(draft.rows(resource).map((row) => [keyOf(scene, resource, row), row]))
  if (merges) demandMergeable(scene, drawn, candidates, on, draft)
  if (rules.parents.some(({ column }) => givenColumns(drawn).includes(column))) draft.isDeferred = true
  const set = merges ? setColumns(scene, drawn, on) : []
  const written = new Set<string>()
  let affected = 0
  for (const candidate of candidates) {
    const faults = draft.faults(resource, candidate)
    const taken = draft.taken(resource, candidate)
    // A row that meets another one there as well is merged or ignored even so: that constraint is looked at first.
    const met = conflict === null ? undefined : taken.find((each) => isSameSet(each.on, on))
    if (faults.length > 0 || (taken.length > 0 && met === undefined))
      throw new Refused(...faults, ...(taken.length > 0 ? ['23505'] : []))
    if (met === undefined) {
      written.add(keyOf(scene, resource, draft.add(resource, candidate)))
      affected += 1
    } else if (merges) {
      written.add(keyOf(scene, resource, met.by))
      if (set.length > 0) affected += 1
      merge(scene, drawn, met.by, candidate, set, draft)
    }
  }
  const rows = new Map(draft.rows(resource).map((row) => [keyOf(scene, resource, row), row]))
  const changes = [...written].map(
    (key): Change => ({ before: before.get(key) ?? null, after: rows.get(key) ?? null }),
  )
  const after = changes.flatMap((change) => (change.after === null ? [] : [change.after]))
  const isAllowed = (change: Change) =>
    change.after !== null &&
    judged(scene, resource, change.before === null ? 'creates' : 'changesTo', change.after, draft)
  if (!changes.every(isAllowed)) throw new Refused('42501')
  demandParents(scene, drawn, after, draft)
  demandSingle(scene, drawn, after, draft)
  return {
    affected,
    reply: after,
    replyData: draft.data,
    // With nothing to set, a row that is there already stays as it was.
    changes: changes.filter((change) => change.before === null || set.length > 0),
  }
}

/** The row as it would be made. */
function candidateOf({ world, rules, who, nowMilliseconds }: Scene, drawn: Drawn, index: number): Row {
  const { resource } = drawn.request.intent
  const { owner, atCreation = [], version, defaults = {} } = rulesOf(rules, resource)
  const given = valuesOf(drawn, index)
  return Object.fromEntries(
    columnsOf(tableOf(world, resource)).map((column) => {
      const value = given[column]
      return [column, value === undefined ? made(column) : value]
    }),
  )

  function made(column: string): Stored {
    if (column === owner) return who.kind === 'user' ? who.id : null
    if (column === version || atCreation.includes(column)) return BigInt(nowMilliseconds)
    return defaults[column] ?? null
  }
}

/** Rows that are there already: may they be merged into, are they still there, and what the client says. */
function demandMergeable(
  scene: Scene,
  drawn: Drawn,
  candidates: readonly Row[],
  on: readonly string[],
  draft: Draft,
): void {
  const { resource } = drawn.request.intent
  const existing = draft
    .rows(resource)
    .filter((row) => candidates.some((candidate) => isEqual(candidate, row, on)))
  const mayTouch = (row: Row) =>
    mayRead(scene, resource, row, draft) && judged(scene, resource, 'changesFrom', row, draft)
  if (!existing.every(mayTouch)) throw new Refused('42501')
  const { lives } = tableOf(scene.world, resource)
  if (lives !== undefined && !existing.every(lives)) throw new Refused('23505')
  if (!matches(scene, drawn, resource, existing)) throw new Refused('PRECONDITION_FAILED')
}

function setColumns(scene: Scene, { request }: Drawn, on: readonly string[]): readonly string[] {
  const { resource, columns, conflict } = request.intent
  const table = tableOf(scene.world, resource)
  const { version, owner, atCreation = [] } = rulesOf(scene.rules, resource)
  const isFixed = (column: string) => on.includes(column) || table.key.includes(column)
  const all = Object.keys(table.columns).filter((column) => mayWrite(scene, resource, column, 'update'))
  // What the server made of a row stays, unless the body says another thing.
  const isMade = (column: string) => [version, owner, ...atCreation].includes(column)
  const replaced = all.filter((column) => columns.includes(column) || !isMade(column))
  const given = (conflict?.action === 'replace' ? replaced : columns).filter((column) => !isFixed(column))
  return [...given, ...(version === undefined ? [] : [version])]
}

function merge(
  scene: Scene,
  drawn: Drawn,
  row: Row,
  candidate: Row,
  set: readonly string[],
  draft: Draft,
): void {
  const { resource } = drawn.request.intent
  const { version } = rulesOf(scene.rules, resource)
  const values = Object.fromEntries(set.map((column) => [column, candidate[column] ?? null]))
  const next = {
    ...row,
    ...values,
    ...(version !== undefined && { [version]: grown(row, candidate[version], version, scene) }),
  }
  const faults = [
    ...draft.faults(resource, next),
    ...(draft.taken(resource, next, row).length > 0 ? ['23505'] : []),
  ]
  if (faults.length > 0) throw new Refused(...faults)
  draft.replace(resource, row, next)
}

function keyOf({ world }: Scene, name: string, row: Row): string {
  return tableOf(world, name)
    .key.map((column) => String(row[column]))
    .join()
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((column) => b.includes(column))
}
