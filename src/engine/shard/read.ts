import { Problem } from '../../base/problem.ts'
import { bytesOf, textOf, type Value } from '../../base/statement.ts'
import type { Timing } from '../../base/timing.ts'
import type { Database } from '../../database/client.ts'
import { unavailable } from '../../database/node.ts'
import type { Shard } from '../../database/shard/nodes.ts'
import { bind, type Values } from '../../sql/plan.ts'
import { estimatedCountCap, type ReadStatement } from '../../sql/read.ts'
import { takeApart, type WrittenAnswer } from '../answer.ts'
import { translated } from '../sql-error.ts'
import { gather } from './gather.ts'
import { rowOrder, type SortedRow } from './order.ts'
import { shardsOf } from './pin.ts'
import type { ShardedRead } from './plan.ts'

interface Asked {
  readonly shards: readonly Shard[]
  readonly timing: Timing
}

/**
 * Answers a read of a sharded resource: the session is looked at in the main database while the shards are asked, and
 * until it stands nothing is told of them, not even that one failed. One trip, one after another, as long as not more
 * shards are asked than a Worker can ask at once. Reads of two shards are of two moments: no transaction spans them.
 * @param admitted looks at the session, and throws when it is over
 * @throws Problem; of one shard that fails all fails: a part would pass for the whole
 */
export async function readFromShards(
  plan: ReadStatement & { readonly shard: ShardedRead },
  values: Values,
  asked: Asked,
  admitted: () => Promise<void>,
): Promise<WrittenAnswer> {
  const { shard } = plan
  const { shards, timing } = asked
  const places = shardsOf(
    shard.pin,
    values,
    shards.map(({ name }) => name),
  )
  timing.shards(places.length, shards.length)
  const [only = 0, ...more] = places
  // What is wrong with the request is said before anybody is asked.
  const ask = more.length === 0 ? toOne(plan, values, only, asked) : toSeveral(shard, values, places, asked)
  const settled = Promise.allSettled([ask()])
  await admitted()
  const [outcome] = await settled
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** Rows before a page and in it, of which each shard writes as many. A cursor has no such end. */
const deepest = 5_000

function toOne(
  plan: ReadStatement,
  values: Values,
  place: number,
  { shards, timing }: Asked,
): () => Promise<WrittenAnswer> {
  const statement = bind(plan, values)
  return async () => {
    const result = await translated(() => shardAt(shards, place).run(statement, timing))
    const text = bytesOf(result.rows[0]?.[0])
    const answer = text === null ? null : takeApart(text)
    if (answer === null) throw unavailable()
    return answer
  }
}

/** Each shard gives the rows that could be in the page if it were alone; of all of them together the page is cut. */
function toSeveral(
  shard: ShardedRead,
  values: Values,
  places: readonly number[],
  { shards, timing }: Asked,
): () => Promise<WrittenAnswer> {
  const { scatter } = shard
  if (scatter === null) throw groupsOfSeveral(shard)
  const { start, end, slots } = pageOf(shard, values.slots)
  const statement = bind(scatter, { ...values, slots })
  const order = rowOrder(scatter.descending)
  return async () => {
    let rows: readonly Row[] = []
    let total: number | null = null
    await gather(
      places,
      (place) => translated(() => shardAt(shards, place).run(statement, timing)),
      ({ rows: [head, ...found] }, place) => {
        if (head === undefined) throw unavailable()
        const count = textOf(head[0])
        if (count !== null) total = (total ?? 0) + Number(count)
        // Kept are no more than could be in the page, however many shards there are.
        rows = [...rows, ...found.map((row, index) => rowOf(row, place, index))].sort(order).slice(0, end)
      },
    )
    const page = rows.slice(start)
    return {
      body: bodyOf(page, shard.isCsv),
      rows: page.length,
      total: total === null ? null : shard.isTotalCapped ? Math.min(total, estimatedCountCap + 1) : total,
      mark: textOf(page.at(-1)?.mark),
    }
  }
}

interface Row extends SortedRow {
  readonly text: Uint8Array
  readonly mark: Value
}

/** A row of a `ScatterStatement`. */
function rowOf([text, mark, ...key]: readonly Value[], shard: number, place: number): Row {
  const bytes = bytesOf(text)
  if (bytes === null || mark === undefined) throw unavailable()
  return { text: bytes, mark, key, shard, place }
}

/** Which rows of all are the page, and the slots of a page that begins with the first one. */
function pageOf({ limit, offset }: ShardedRead, slots: readonly string[]) {
  const start = offset === null ? 0 : Number(slots[offset])
  const end = limit === null ? deepest : start + Number(slots[limit])
  if (end > deepest) {
    throw new Problem('LIMIT_OFFSET', {
      message: `A list over several shards goes no further than ${deepest} rows by offset`,
      hint: 'Follow the Link header (rel="next"), or ask for the rows of one shard.',
    })
  }
  return {
    start,
    end,
    slots: slots.map((slot, index) => (index === limit ? String(end) : index === offset ? '0' : slot)),
  }
}

const [comma, newline] = [Buffer.from(','), Buffer.from('\n')]

/** The rows as the database would have put them together: their bytes are not looked at. */
function bodyOf(rows: readonly Row[], isCsv: boolean): Uint8Array {
  const between = isCsv ? newline : comma
  const parts = rows.flatMap(({ text }, index) => (index === 0 ? [text] : [between, text]))
  return isCsv ? Buffer.concat(parts) : Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')])
}

function shardAt(shards: readonly Shard[], place: number): Database {
  const shard = shards[place]
  if (shard === undefined) throw unavailable()
  return shard.database
}

function groupsOfSeveral({ keyName }: ShardedRead): Problem {
  return new Problem('PGRST123', {
    message: 'Aggregates are not put together from several shards',
    hint:
      keyName === null ? null : `Ask for one of them: ${keyName}=eq.…; Prefer: count=exact counts in all.`,
  })
}
