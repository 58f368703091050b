import { answer } from '../answer.ts'
import { type Data, type Row, visibleRows } from '../world.ts'
import { type Drawn, givenColumns, type Scene } from './before.ts'
import { type Draft, Refused } from './draft.ts'
import { readOf } from './reply.ts'
import { rulesOf } from './rules.ts'

/** What an operation did. */
export interface Written {
  readonly affected: number
  /** Rows that the reply is about, in the order of the body, and the tables among which they are looked at. */
  readonly reply: readonly Row[]
  readonly replyData: Data
  readonly changes: readonly Change[]
}

/** Null: the row was not there, or is not there any more. */
export interface Change {
  readonly before: Row | null
  readonly after: Row | null
}

/** What rows refer to must be visible, where the body gives the key. */
export function demandParents(scene: Scene, drawn: Drawn, rows: readonly Row[], draft: Draft): void {
  const { resource } = drawn.request.intent
  const columns = givenColumns(drawn)
  for (const { column, to } of rulesOf(scene.rules, resource).parents) {
    if (!columns.includes(column)) continue
    const ids = new Set(visibleRows(scene.world, draft.data, to, scene.who).map(({ id }) => id))
    if (rows.some((row) => row[column] !== null && !ids.has(row[column] ?? null))) throw new Refused('23503')
  }
}

/** One of the written rows must be there for the caller, and no more. */
export function demandSingle(scene: Scene, drawn: Drawn, rows: readonly Row[], draft: Draft): void {
  if (!drawn.request.intent.isSingle) return
  const question = readOf(scene, drawn, draft.data)
  const { root } = question.request.intent
  const select = root.select.filter((item) => item.kind === 'embed')
  const intent = { ...question.request.intent, root: { ...root, select, order: [] } }
  const { all } = answer({ ...question, request: { ...question.request, intent }, only: rows })
  if (all.length !== 1) throw new Refused('PGRST116')
}

/** Whether the rows that are there already are what the client says of them. */
export function matches(scene: Scene, drawn: Drawn, resource: string, rows: readonly Row[]): boolean {
  const { match } = drawn.request.intent
  if (match === null) return true
  if (match.kind === 'absent') return rows.length === 0
  if (match.kind === 'present') return rows.length > 0
  const versions = JSON.parse(drawn.request.values[match.versions] ?? '[]') as readonly number[]
  const { version = '' } = rulesOf(scene.rules, resource)
  return rows.some((row) => versions.includes(Number(row[version])))
}

export function numberAt({ request }: Drawn, slot: number): number {
  return Number(request.values[slot])
}
