import { Problem } from '../../base/problem.ts'
import { unavailable } from '../../database/node.ts'
import type { Shard } from '../../database/shard/nodes.ts'
import { keyText, placeOf } from '../../database/shard/place.ts'
import type { Values } from '../../sql/plan.ts'
import type { Operation } from '../write/operation.ts'
import { databaseDefault } from '../write/rows.ts'
import { shardsOf } from './pin.ts'
import type { ShardedWrite } from './plan.ts'

/**
 * The shard in which all operations of a transaction write; null: the main database. The session was looked at in the
 * main database before, so that one that ends between the two trips ends too late for this write. Audit, outbox and
 * idempotency records lie where the rows do: the same `Idempotency-Key` in another shard is another key.
 * @param values what each of them brings
 * @throws Problem SHARD_CROSSED when they would write in several databases, SHARD_UNKNOWN when one does not say where
 */
export function shardOfWrites(
  operations: readonly Operation[],
  values: readonly Values[],
  shards: readonly Shard[],
  isBatch: boolean,
): Shard | null {
  const names = shards.map(({ name }) => name)
  const places = operations.map((operation, index) => {
    const { shard } = operation.plan
    const own = values[index]
    if (shard === null || own === undefined) return [mainDatabase]
    if (shard.kind === 'insert') return placesOfRows(shard, operation, names)
    if (shard.pin !== null) return shardsOf(shard.pin, own, names)
    throw isBatch ? unknown(shard).at(index) : unknown(shard)
  })
  const [place = mainDatabase, ...more] = new Set(places.flat())
  if (more.length > 0) throw crossed(operations)
  if (place === mainDatabase) return null
  const shard = shards[place]
  if (shard === undefined) throw unavailable()
  return shard
}

const mainDatabase = -1

/** Rows that have no key, or NULL, are refused by whichever database. */
function placesOfRows({ key, cell }: ShardedWrite, { rows }: Operation, names: readonly string[]): number[] {
  const keys = new Set(
    rows.map((row) => {
      const value = row[cell]
      if (value === undefined || value === databaseDefault || value.type === 'null') return ''
      const text = keyText(value)
      // A hook of the author's may give what SQLite turns into another type.
      if (text === null || value.type !== key.kind) throw new TypeError(`a ${value.type} is no '${key.name}'`)
      return text
    }),
  )
  const places = new Set([...keys].map((text) => placeOf(text, names)))
  return places.size === 0 ? [0] : [...places]
}

function unknown({ keyName }: ShardedWrite): Problem {
  return new Problem('SHARD_UNKNOWN', {
    hint: keyName === null ? null : `Add a filter by which its rows are placed: ${keyName}=eq.…`,
  })
}

function crossed(operations: readonly Operation[]): Problem {
  const sharding = operations.find(({ plan }) => plan.shard !== null)?.plan.shard
  const keyName = sharding?.keyName ?? null
  return new Problem('SHARD_CROSSED', {
    message: 'The rows that are to be written lie in several databases, and one transaction cannot span them',
    hint:
      keyName === null
        ? 'Send them apart.'
        : `Send apart what has another ${keyName}, and what is not sharded.`,
  })
}
