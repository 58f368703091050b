import { textOf } from '../../src/base/statement.ts'
import type { BackendDeclaration, Seed } from '../../src/index.ts'
import { type Stage, startStage } from '../sql/stage.ts'
import { rowsOfResult, selectOf, storedRows } from './data.ts'
import { type Json, parseJson } from './oracle/value.ts'
import type { Data, World } from './oracle/world.ts'
import type { State } from './oracle/write/draft.ts'
import type { AllRules } from './oracle/write/rules.ts'
import type { Kept } from './oracle/write/transaction.ts'

/** A stage whose tables can be looked at as they are, and set back to their seed. */
export interface Arena {
  readonly stage: Stage
  readonly seeded: State
  /** As if nothing had been written. */
  reset(): Promise<void>
  /** The tables after a request, and what it left beside them. */
  look(requestId: string): Promise<Seen>
}

export interface Seen {
  readonly data: Data
  readonly audit: readonly (Kept & { readonly by: Json })[]
  /** Rows of the scratch table: none between transactions. */
  readonly touched: number
}

/** @param clock milliseconds since 1970, as the Worker has them */
export async function startArena(
  backend: BackendDeclaration,
  seed: Seed,
  world: World,
  rules: AllRules,
  clock: () => number,
): Promise<Arena> {
  const stage = await startStage(backend, seed, { nowMilliseconds: clock })
  const tables = Object.values(world.tables)
  const statement = (sql: string) => ({ sql, args: [] })
  const growing = Object.entries(rules).flatMap(([name, { numbered }]) =>
    numbered === 'growing' ? [name] : [],
  )
  const names = growing.map((name) => `'${world.tables[name]?.sqlName}'`).join(', ')
  await stage.transact([
    ...tables.map(({ sqlName }) => statement(`create table "seed_${sqlName}" as select * from "${sqlName}"`)),
    statement(`create table seed_sequence as select * from sqlite_sequence where name in (${names})`),
  ])
  const data = await storedRows(stage, world)
  const lastIds = new Map(
    growing.map((name) => [name, BigInt(data.get(world.tables[name]?.sqlName ?? '')?.length ?? 0)]),
  )
  return {
    stage,
    seeded: { data, lastIds },
    async reset() {
      await stage.transact([
        statement('pragma defer_foreign_keys = on'),
        ...tables.map(({ sqlName }) => statement(`delete from "${sqlName}"`)),
        ...tables.map(({ sqlName }) => statement(`insert into "${sqlName}" select * from "seed_${sqlName}"`)),
        statement('delete from selvage_audit'),
        statement(`delete from sqlite_sequence where name in (${names})`),
        statement('insert into sqlite_sequence select * from seed_sequence'),
      ])
    },
    async look(requestId) {
      const results = await stage.transact([
        ...tables.map(selectOf),
        statement('select count(*) from selvage_touched'),
        statement(
          `select json_array(resource, operation, json("key"), json(before), json(after), json_array(caller_id, role, at)) from selvage_audit where request_id = '${requestId}' order by id`,
        ),
      ])
      const [touched, audit] = results.slice(tables.length)
      return {
        data: new Map(tables.map((table, index) => [table.sqlName, rowsOfResult(table, results[index])])),
        touched: Number(textOf(touched?.rows[0]?.[0])),
        audit: (audit?.rows ?? []).map(([text]) => keptOf(textOf(text) ?? '[]')),
      }
    },
  }
}

function keptOf(text: string): Kept & { readonly by: Json } {
  const [resource, operation, key = null, before = null, after = null, by = null] = parseJson(
    text,
  ) as readonly Json[]
  return { resource, operation, key, before, after, by } as Kept & { readonly by: Json }
}
