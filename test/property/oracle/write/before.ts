import type { WriteIntent, WriteRequest } from '../../../../src/query/write/intent.ts'
import { nodeRefusals } from '../refusal.ts'
import {
  isThere,
  type Row,
  type Stored,
  seesField,
  type Table,
  tableOf,
  type Who,
  type World,
} from '../world.ts'
import { type AllRules, type Rules, rulesOf } from './rules.ts'

/** A write as it is sent, and what its cells mean. */
export interface Drawn {
  readonly request: WriteRequest
  /** By row, in the order of the columns. Undefined: not given. */
  readonly rows: readonly (readonly (Given | undefined)[])[]
  /** The key that the path of a PUT gives. */
  readonly path: Row
}

export interface Given {
  readonly cell: unknown
  readonly stored: Stored
  /** Why it is no value of its column. */
  readonly code: string | null
}

export interface Scene {
  readonly world: World
  readonly rules: AllRules
  readonly who: Who
  readonly nowMilliseconds: number
}

/** Codes of what refuses a write before anything is looked at; first of names and rights, then of values. */
export function refusalsBefore(scene: Scene, drawn: Drawn): ReadonlySet<string> {
  const { intent } = drawn.request
  const target = targetRefusal(scene, intent)
  if (target !== null) return new Set([target])
  const names = new Set([
    ...nodeRefusals(scene.world, intent.root, intent.resource, scene.who),
    ...columnRefusals(scene, intent),
    ...conflictRefusals(scene, intent),
  ])
  const rules = rulesOf(scene.rules, intent.resource)
  if (intent.match?.kind === 'version' && rules.version === undefined) names.add('PRECONDITION_UNSUPPORTED')
  const isUnchosen = intent.kind !== 'insert' && intent.key === null && intent.root.where.length === 0
  if (isUnchosen && rules.unfiltered !== true) names.add('21000')
  return names.size > 0 ? names : valueRefusals(scene, drawn)
}

/** Whether someone may give a column a value. */
export function mayWrite(scene: Scene, name: string, column: string, verb: 'insert' | 'update'): boolean {
  const table = tableOf(scene.world, name)
  const rules = rulesOf(scene.rules, name)
  if (!Object.hasOwn(table.columns, column) || (verb === 'update' && table.key.includes(column))) return false
  if (scene.who.kind === 'service') return true
  return (
    rules.writes?.[column]?.(scene.who) ?? (!isMade(rules, column) && seesField(table, column, scene.who))
  )
}

export function givenColumns({ request, path }: Drawn): readonly string[] {
  return [...request.intent.columns, ...Object.keys(path)]
}

export function conflictColumns(intent: WriteIntent, table: Table): readonly string[] {
  return intent.conflict?.on ?? table.key
}

function isMade(rules: Rules, column: string): boolean {
  return [rules.owner, rules.version, ...(rules.atCreation ?? [])].includes(column)
}

function targetRefusal({ world, rules, who }: Scene, { kind, resource }: WriteIntent): string | null {
  if (world.tables[resource] === undefined) return 'PGRST205'
  const { creates, changesFrom, deletes } = rulesOf(rules, resource)
  const judge = { insert: creates, update: changesFrom, delete: deletes }[kind]
  const isVisible = isThere(world, resource, who)
  const isAllowed = who.kind === 'service' || judge(who) !== null
  if (isAllowed && (isVisible || kind === 'insert')) return null
  return isVisible ? '42501' : 'PGRST205'
}

function columnRefusals(scene: Scene, { kind, resource, columns }: WriteIntent): readonly string[] {
  const verb = kind === 'insert' ? 'insert' : 'update'
  return columns
    .filter((column) => !mayWrite(scene, resource, column, verb))
    .map((column) => unwritable(scene, resource, column))
}

/** What is hidden is unknown. */
function unwritable({ world, who }: Scene, name: string, column: string): string {
  return seesField(tableOf(world, name), column, who) ? '428C9' : 'PGRST204'
}

function conflictRefusals(scene: Scene, intent: WriteIntent): readonly string[] {
  const { conflict, resource } = intent
  if (conflict === null) return []
  const table = tableOf(scene.world, resource)
  const on = conflictColumns(intent, table)
  if (on.some((column) => !seesField(table, column, scene.who))) return ['PGRST204']
  const isUnique = [table.key, ...rulesOf(scene.rules, resource).uniques].some(
    (unique) => unique.length === on.length && unique.every((column) => on.includes(column)),
  )
  if (!isUnique) return ['42P10']
  if (conflict.action === 'ignore') return []
  return intent.columns
    .filter((column) => !on.includes(column) && !table.key.includes(column))
    .filter((column) => !mayWrite(scene, resource, column, 'update'))
    .map(() => '428C9')
}

function valueRefusals(scene: Scene, { request, rows }: Drawn): ReadonlySet<string> {
  const { kind, resource, columns, key } = request.intent
  const table = tableOf(scene.world, resource)
  const { notNull, defaults = {}, numbered, ...rules } = rulesOf(scene.rules, resource)
  const codes = rows.flatMap((row) =>
    row.flatMap((given, index) => {
      if (given === undefined) return []
      if (given.stored !== null || given.code !== null) return given.code === null ? [] : [given.code]
      return notNull.includes(columns[index] ?? '') ? ['23502'] : []
    }),
  )
  const isCallers = (column: string) =>
    mayWrite(scene, resource, column, 'insert') && seesField(table, column, scene.who)
  const required = notNull.filter(
    (column) =>
      !(column in defaults) &&
      !(numbered !== undefined && table.key.includes(column)) &&
      !(key !== null && table.key.includes(column)) &&
      !isMade({ notNull, ...rules }, column) &&
      isCallers(column),
  )
  const isMissing =
    kind === 'insert' &&
    rows.some((row) => required.some((column) => row[columns.indexOf(column)] === undefined))
  return new Set([...codes, ...(isMissing ? ['23502'] : [])])
}
