/** A map that forgets what was not used for longest once it is full: what comes from outside fills no memory. */
export interface BoundedMap<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  readonly size: number
}

export function boundedMap<T>(capacity: number): BoundedMap<T> {
  // The order of insertion is the order of use.
  const entries = new Map<string, T>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size <= capacity) return
      const [oldest] = entries.keys()
      if (oldest !== undefined) entries.delete(oldest)
    },
    get size() {
      return entries.size
    },
  }
}
