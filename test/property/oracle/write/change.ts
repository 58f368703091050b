import { chosenRows } from '../answer.ts'
import type { Row } from '../world.ts'
import type { Drawn, Scene } from './before.ts'
import { type Draft, Refused } from './draft.ts'
import { judged } from './judge.ts'
import { demandParents, demandSingle, matches, numberAt, type Written } from './outcome.ts'
import { readOf } from './reply.ts'
import { rulesOf } from './rules.ts'

export function update(scene: Scene, drawn: Drawn, draft: Draft): Written {
  const { resource, columns } = drawn.request.intent
  const rules = rulesOf(scene.rules, resource)
  const before = chosen(scene, drawn, draft)
  demandChoice(scene, drawn, before)
  const values = valuesOf(drawn, 0)
  const after = before.map((row): Row => {
    const { version } = rules
    const next = { ...row, ...values }
    return version === undefined
      ? next
      : { ...next, [version]: grown(row, values[version] ?? null, version, scene) }
  })
  for (const [index, row] of before.entries()) draft.replace(resource, row, after[index] ?? row)
  const faults = after.flatMap((row) => [
    ...draft.faults(resource, row),
    ...(draft.taken(resource, row, row).length > 0 ? ['23505'] : []),
  ])
  if (faults.length > 0) throw new Refused(...faults)
  if (rules.parents.some(({ column }) => columns.includes(column))) draft.isDeferred = true
  if (!after.every((row) => judged(scene, resource, 'changesTo', row, draft))) throw new Refused('42501')
  demandParents(scene, drawn, after, draft)
  demandSingle(scene, drawn, after, draft)
  const changes = before.map((row, index) => ({ before: row, after: after[index] ?? null }))
  return { affected: after.length, reply: after, replyData: draft.data, changes }
}

export function remove(scene: Scene, drawn: Drawn, draft: Draft): Written {
  const { resource } = drawn.request.intent
  const { softDelete, version } = rulesOf(scene.rules, resource)
  const rows = chosen(scene, drawn, draft)
  demandChoice(scene, drawn, rows)
  demandSingle(scene, drawn, rows, draft)
  const replyData = new Map(draft.data)
  for (const row of rows) {
    if (softDelete === undefined) draft.remove(resource, row)
    else {
      const changed = version === undefined ? {} : { [version]: grown(row, null, version, scene) }
      draft.replace(resource, row, { ...row, ...changed, [softDelete]: BigInt(scene.nowMilliseconds) })
    }
  }
  const changes = rows.map((row) => ({ before: row, after: null }))
  return { affected: rows.length, reply: rows, replyData, changes }
}

/** A version is the time of the request, or what the body says, and grows. */
export function grown(
  row: Row,
  given: Row[string] | undefined,
  version: string,
  { nowMilliseconds }: Scene,
): bigint {
  const next = typeof given === 'bigint' ? given : BigInt(nowMilliseconds)
  const least = BigInt(String(row[version])) + 1n
  return next > least ? next : least
}

export function valuesOf({ request, rows, path }: Drawn, index: number): Row {
  const values = Object.fromEntries(
    request.intent.columns.flatMap((column, at) => {
      const given = rows[index]?.[at]
      return given === undefined ? [] : [[column, given.stored]]
    }),
  )
  return { ...values, ...path }
}

/** Of the rows that may be read and touched, those that filters and key choose. */
function chosen(scene: Scene, drawn: Drawn, draft: Draft): readonly Row[] {
  const { intent } = drawn.request
  const action = intent.kind === 'delete' ? 'deletes' : 'changesFrom'
  return chosenRows(readOf(scene, drawn, draft.data, true)).filter((row) =>
    judged(scene, intent.resource, action, row, draft),
  )
}

/** What is demanded of the choice, in the order in which it is looked at. */
function demandChoice(scene: Scene, drawn: Drawn, rows: readonly Row[]): void {
  const { cap, match, key, resource } = drawn.request.intent
  if (cap !== null && rows.length > numberAt(drawn, cap)) throw new Refused('PGRST124')
  if (match !== null && !matches(scene, drawn, resource, rows)) throw new Refused('PRECONDITION_FAILED')
  if (key !== null && rows.length === 0) throw new Refused('NOT_FOUND')
}
