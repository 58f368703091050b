/** A map that forgets what was not used for longest once it is full: what comes from outside fills no memory. */
export interface BoundedMap<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  values(): readonly T[]
  readonly size: number
}

/** @param weightOf how much of the capacity an entry takes; default: one */
export function boundedMap<T>(
  capacity: number,
  weightOf: (value: T, key: string) => number = () => 1,
): BoundedMap<T> {
  // The order of insertion is the order of use.
  const entries = new Map<string, Held<T>>()
  let weight = 0
  let moves = 0
  const drop = (key: string) => {
    const held = entries.get(key)
    if (held !== undefined) weight -= weightOf(held.value, key)
    entries.delete(key)
  }
  return {
    get(key) {
      const held = entries.get(key)
      if (held === undefined) return undefined
      // What is among the newest stays where it is: V8 walks all holes that one key has left, and a key that is asked
      // for all the time would leave as many as the map has entries.
      if (moves - held.movedAt >= entries.size / 4) {
        entries.delete(key)
        entries.set(key, held)
        moves += 1
        held.movedAt = moves
      }
      return held.value
    },
    set(key, value) {
      drop(key)
      moves += 1
      entries.set(key, { value, movedAt: moves })
      weight += weightOf(value, key)
      for (const oldest of entries.keys()) {
        if (weight <= capacity) return
        drop(oldest)
      }
    },
    delete: drop,
    values: () => [...entries.values()].map(({ value }) => value),
    get size() {
      return entries.size
    },
  }
}

interface Held<T> {
  readonly value: T
  /** How many had been put at the end when it was: it tells how far from there it may be by now. */
  movedAt: number
}
