import { textOf } from '../../../../../src/base/statement.ts'
import { type Answer, type Isolate, type KeptWorld, newDataCentre } from '../../world.ts'
import type { Reader } from './read.ts'
import { rowsAtFirst } from './tables.ts'
import { type TableName, tableNames } from './write.ts'

/** Where writes and reads are played. */
export interface Stage {
  readonly world: KeptWorld
  /** Bindings of the isolates that keep answers. */
  readonly bindings: Readonly<Record<string, string>>
  /** Holds back what a replica is told of writes, and then no more; null without replicas. */
  readonly lag: { pause(): void; resume(): void } | null
  /** Access tokens. */
  readonly tokens: Readonly<Record<'ann' | 'bob', string>>
}

export async function stageOf(
  world: KeptWorld,
  { bindings = {}, lag = null }: Partial<Pick<Stage, 'bindings' | 'lag'>> = {},
): Promise<Stage> {
  const tokens = {
    ann: await world.signIn('ann', 'member', 'session-ann'),
    bob: await world.signIn('bob', 'member', 'session-bob'),
  }
  return { world, bindings, lag, tokens }
}

/** Two of one data centre, and one that keeps nothing. */
export interface Isolates {
  readonly keeping: readonly Isolate[]
  readonly plain: Isolate
}

/** All is as at first. */
export async function begin({ world, bindings }: Stage): Promise<Isolates> {
  const ledger = ['selvage_versions', 'selvage_parts', 'selvage_idempotency']
  const all = [...[...tableNames].reverse(), ...ledger].map((table) => `delete from ${table}`)
  await world.run(['pragma defer_foreign_keys = on', ...all, ...rowsAtFirst])
  newDataCentre()
  return {
    keeping: [world.isolate(bindings), world.isolate(bindings)],
    plain: world.isolate({ CACHE_OFF: '1' }),
  }
}

export function asked(stage: Stage, as: Reader): { readonly as?: string } {
  if (as === 'nobody') return {}
  return { as: as === 'service' ? as : stage.tokens[as] }
}

/** What of an answer must not depend on where it comes from. */
export function told({ status, headers, text }: Answer): string {
  const { of, tag } = { of: headers.get('content-range'), tag: headers.get('etag') }
  return `${status} ${of === null ? '' : `${of} `}${tag === null ? '' : `${tag} `}${text}`
}

export const cacheStatus = (answer: Answer): string => answer.headers.get('cache-status') ?? 'no Cache-Status'

/** All rows that there are, as texts, by table: those that nobody in particular may read begin with `1`. */
export type Rows = ReadonlyMap<string, ReadonlySet<string>>

export async function allRows({ world }: Stage): Promise<Rows> {
  const results = await world.look(looks.map(({ sql }) => sql))
  return new Map(
    looks.map(({ table }, index) => [
      table,
      new Set((results[index]?.rows ?? []).map((row) => JSON.stringify(row.map(textOf)))),
    ]),
  )
}

/** Which rows, and how many of the first columns say in which parts they are. */
const hidden: Partial<Record<TableName, { readonly when: string; readonly placedBy: number }>> = {
  notes: { when: 'open is not 1', placedBy: 3 },
  links: {
    when: 'not exists (select 1 from nodes where nodes.id = links.node and nodes.n < 2)',
    placedBy: 2,
  },
}
const looks = [
  ...tableNames.map((table) => ({ table, sql: `select ${hidden[table]?.when ?? 0}, * from ${table}` })),
  ...['versions', 'parts', 'touched', 'idempotency', 'audit', 'outbox'].map((name) => ({
    table: `selvage_${name}`,
    sql: `select 0, * from selvage_${name}`,
  })),
]

const nothing: ReadonlySet<string> = new Set()

/** What is in one of them and not in the other. */
export function changed(before: Rows, after: Rows, table: string): readonly string[] {
  const [old, now] = [before.get(table) ?? nothing, after.get(table) ?? nothing]
  return [...[...old].filter((row) => !now.has(row)), ...[...now].filter((row) => !old.has(row))]
}

/**
 * Whether a hidden row was written. One that everybody could read, and that is hidden now where it was, is none: that it
 * is gone is seen.
 */
export function isHiddenWritten(before: Rows, after: Rows, table: TableName): boolean {
  const placedBy = hidden[table]?.placedBy
  if (placedBy === undefined) return false
  const place = (row: string): string => JSON.stringify(JSON.parse(row).slice(1, 1 + placedBy))
  const [old, now] = [[...(before.get(table) ?? nothing)], [...(after.get(table) ?? nothing)]]
  const open = new Set(old.filter((row) => !isHidden(row)).map(place))
  return (
    old.some((row) => isHidden(row) && !now.includes(row)) ||
    now.some((row) => isHidden(row) && !old.includes(row) && !open.has(place(row)))
  )
}

const isHidden = (row: string): boolean => row.startsWith('["1"')
