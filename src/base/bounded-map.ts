/** A map that forgets what was not used for longest once it is full: what comes from outside fills no memory. */
export interface BoundedMap<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  readonly size: number
}

/** @param weightOf how much of the capacity an entry takes; default: one */
export function boundedMap<T>(
  capacity: number,
  weightOf: (value: T, key: string) => number = () => 1,
): BoundedMap<T> {
  // The order of insertion is the order of use.
  const entries = new Map<string, T>()
  let weight = 0
  const drop = (key: string) => {
    const value = entries.get(key)
    if (value !== undefined) weight -= weightOf(value, key)
    entries.delete(key)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      drop(key)
      entries.set(key, value)
      weight += weightOf(value, key)
      for (const oldest of entries.keys()) {
        if (weight <= capacity) return
        drop(oldest)
      }
    },
    delete: drop,
    get size() {
      return entries.size
    },
  }
}
