import { bytesOf, type Value } from '../../base/statement.ts'

/** A row of one shard, and by what it stands where it stands. */
export interface SortedRow {
  /** Values of the terms of the order. */
  readonly key: readonly Value[]
  /** Its shard, and its place among the rows of it: what the order leaves open is not left to chance. */
  readonly shard: number
  readonly place: number
}

/**
 * SQLite's order of rows (https://sqlite.org/datatype3.html#sort_order): NULL, then numbers, then texts by their
 * bytes, then blobs; turned round as a whole in a term that descends. Where nulls stand elsewhere the statement has a
 * term for it.
 */
export function rowOrder(descending: readonly boolean[]): (left: SortedRow, right: SortedRow) => number {
  return (left, right) => {
    for (const [index, descends] of descending.entries()) {
      const order = compare(left.key[index], right.key[index])
      if (order !== 0) return descends ? -order : order
    }
    return left.shard - right.shard || left.place - right.place
  }
}

const ranks: Readonly<Record<Value['type'], number>> = { null: 0, integer: 1, float: 1, text: 2, blob: 3 }

function compare(left: Value | undefined, right: Value | undefined): number {
  if (left === undefined || right === undefined) throw new RangeError('a row has a value for each term')
  if (ranks[left.type] !== ranks[right.type]) return ranks[left.type] - ranks[right.type]
  if (left.type === 'null') return 0
  if (ranks[left.type] === 1) {
    const [a, b] = [numberOf(left), numberOf(right)]
    return a < b ? -1 : a > b ? 1 : 0
  }
  return Buffer.compare(rawBytes(left), rawBytes(right))
}

/** JavaScript compares a bigint and a number exactly, as SQLite does an integer and a real. */
function numberOf(value: Value): number | bigint {
  if (value.type === 'float') return value.value
  const digits = value.type === 'integer' ? value.value : '0'
  return digits.length < 16 ? Number(digits) : BigInt(digits)
}

function rawBytes(value: Value): Uint8Array {
  return value.type === 'blob' ? Buffer.from(value.base64, 'base64') : (bytesOf(value) ?? new Uint8Array())
}
