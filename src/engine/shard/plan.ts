import type { SQL } from 'drizzle-orm'
import type { Limits } from '../../base/limits.ts'
import { type Audience, isFieldVisible } from '../../model/caller/audience.ts'
import type { Field } from '../../model/field.ts'
import { guard } from '../../query/guard.ts'
import type { Slot } from '../../query/intent.ts'
import { isGrouped, type Tree } from '../../query/tree.ts'
import type { Cell, GuardedWrite } from '../../query/write/tree.ts'
import { type Fragment, sql } from '../../sql/fragment.ts'
import { drizzleFragment } from '../../sql/gate.ts'
import { type ReadStatement, readStatement } from '../../sql/read.ts'
import { type ScatterStatement, scatterStatement } from '../../sql/shard/scatter.ts'
import { type Pin, pinOf } from './pin.ts'

/** How a request finds the shards of its resource. */
export interface Sharding {
  readonly key: Field
  /** The shard key as the caller may know it; null: it is hidden from them. */
  readonly keyName: string | null
  readonly pin: Pin | null
}

/** How a read of a sharded resource is sent. The statement of its plan is for one shard. */
export interface ShardedRead extends Sharding {
  /** Gives NULL unless the caller's session stands, in the main database: shards have no sessions. Null without one. */
  readonly session: Fragment | null
  /** For several shards; null of groups, which are not put together here. */
  readonly scatter: ScatterStatement | null
  readonly limit: Slot | null
  readonly offset: Slot | null
  readonly isCsv: boolean
  /** Whether the total goes no further than the cap of an estimate. */
  readonly isTotalCapped: boolean
}

/** How a write of a sharded resource is sent. */
export interface ShardedWrite extends Sharding {
  readonly kind: GuardedWrite['kind']
  /** Which cell of a new row is the shard key; -1: none, and the database refuses the row. */
  readonly cell: number
}

/** A plan for one shard, and for several. */
export function shardedRead(
  tree: Tree,
  key: Field,
  audience: Audience,
  { admission, limits }: { readonly admission: SQL; readonly limits: Limits },
): ReadStatement & { readonly pageable: boolean; readonly shard: ShardedRead } {
  const { rows } = limits
  const guarded = guard({ ...tree, session: false }, audience)
  const { root } = guarded
  const conditions = { verdict: root.gate.verdict, key: guarded.key, where: root.where }
  return {
    ...readStatement(guarded, admission, rows),
    pageable: tree.pageable,
    shard: {
      ...shardingOf(key, audience, pinOf(key, conditions)),
      session: tree.session ? sql`select case when ${drizzleFragment(admission)} then 1 end` : null,
      scatter: isGrouped(root) || guarded.key.length > 0 ? null : scatterStatement(guarded, rows),
      limit: root.limit,
      offset: root.offset,
      isCsv: tree.format === 'csv',
      isTotalCapped: tree.count !== 'exact',
    },
  }
}

export function shardedWrite(tree: GuardedWrite, key: Field, audience: Audience): ShardedWrite {
  const cells: readonly Cell[] = tree.kind === 'delete' ? [] : tree.cells
  const pin =
    tree.kind === 'insert'
      ? null
      : pinOf(key, { verdict: tree.touched.verdict, key: tree.key, where: tree.where })
  const cell = cells.findIndex(({ field }) => field === key)
  // Its hook may give what no client can: such a row would be found nowhere.
  if (tree.kind === 'update' && cell !== -1)
    throw new TypeError(`${tree.root.resource.name}: its hook changes '${key.name}', by which it is sharded`)
  return { ...shardingOf(key, audience, pin), kind: tree.kind, cell }
}

function shardingOf(key: Field, audience: Audience, pin: Pin | null): Sharding {
  return { key, pin, keyName: isFieldVisible(key, audience) ? key.name : null }
}
