import { sha256 } from '../../base/crypto.ts'
import type { Value } from '../../base/statement.ts'

/**
 * Where rows of a shard key lie: highest random weight, or rendezvous, hashing
 * (https://www.microsoft.com/en-us/research/wp-content/uploads/2017/02/HRW98.pdf). Each name has a weight for each
 * key, and the greatest wins: so a shard that is added takes an equal part from each of the others, and nothing moves
 * between these. The order of the names is nothing. Rows do not move by themselves: whoever adds a shard copies first.
 * @param names of all shards, at least one
 * @returns index into `names`
 */
export function placeOf(key: string, names: readonly string[]): number {
  let place = 0
  let greatest = ''
  for (const [index, name] of names.entries()) {
    // Names have no NUL. SHA-256, since whoever may choose keys must not choose where they lie.
    const weight = sha256(`${name}\0${key}`)
    if (weight > greatest) {
      place = index
      greatest = weight
    }
  }
  return place
}

/** A value of a shard key as `placeOf` takes it; null of what no row has there. */
export function keyText(value: Value): string | null {
  return value.type === 'text' || value.type === 'integer' ? value.value : null
}
