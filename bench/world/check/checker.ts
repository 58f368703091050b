import type { Violations } from './violations.ts'

/**
 * Holds what is read against what was written. An object is written by one writer at a time, and each of its writes
 * has a higher version than the one before; version 0 is what was there at first, or that there was nothing.
 */
export interface Checker {
  /**
   * A write is sent: from now on it may be seen.
   * @throws RangeError when its version is no higher than that of the write before
   * @returns to be called with what became of it
   */
  write(write: Write): (outcome: Outcome, nowMilliseconds: number, via?: string) => void
  /** @returns how long ago what was read had been overwritten when it was asked for, in milliseconds; 0: it was current */
  read(read: Read): number
  /** What an object is in the end, on one node. */
  final(node: string, object: string, version: number): void
  /** All that somebody wrote. */
  objects(): Iterable<string>
}

export interface Write {
  readonly by: string
  readonly object: string
  readonly version: number
}

/** `unknown`: it may have been done, or may be done yet. */
export type Outcome = 'done' | 'unknown'

export interface Read {
  readonly by: string
  readonly object: string
  readonly version: number
  /** When the request was sent, in milliseconds. */
  readonly askedAt: number
  /**
   * `own`: never older than the reader's own writes. `session`: never older than what it read before, either.
   * `strong`: never older than anybody's write that was answered before, either.
   */
  readonly promise: 'own' | 'session' | 'strong'
  /** Which request it was, and who answered it: for the one who looks for the reason. */
  readonly via?: string
}

/** How many of an object's writes are kept to tell how old a value is. */
const keptWrites = 256

export function createChecker(violations: Violations): Checker {
  const histories = new Map<string, History>()
  const floors = new Map<string, Floor>()
  const historyOf = (object: string): History => found(histories, object, () => ({ sent: 0, done: [] }))
  const floorOf = (by: string, object: string): Floor =>
    found(floors, `${by} ${object}`, () => ({ written: 0, writtenVia: '', seen: 0 }))
  return {
    objects: () => histories.keys(),
    write({ by, object, version }) {
      const history = historyOf(object)
      if (version <= history.sent) throw new RangeError(`version ${version} of ${object} was written before`)
      history.sent = version
      return (outcome, at, via = '') => {
        if (outcome !== 'done') return
        history.done.push({ version, at })
        if (history.done.length > keptWrites) history.done.shift()
        const floor = floorOf(by, object)
        floor.written = version
        floor.writtenVia = via
      }
    },
    read({ by, object, version, askedAt, promise, via = '' }) {
      const history = histories.get(object)
      if (version > (history?.sent ?? 0))
        violations.add('nowhere', `${by} read version ${version} of ${object} ${via}`)
      const overwritten = history?.done.find((write) => write.version > version && write.at <= askedAt)
      if (promise === 'strong' && overwritten !== undefined) {
        violations.add(
          'strong',
          `${by} read version ${version} of ${object}, after ${overwritten.version} ${via}`,
        )
      }
      const floor = floorOf(by, object)
      if (version < floor.written) {
        violations.add(
          'own write',
          `${by} read version ${version} of ${object}, had written ${floor.written} ${floor.writtenVia} ${via}`,
        )
      } else if (promise !== 'own' && version < floor.seen) {
        violations.add(
          'went back',
          `${by} read version ${version} of ${object}, had seen ${floor.seen} ${via}`,
        )
      }
      floor.seen = Math.max(floor.seen, version)
      return overwritten === undefined ? 0 : askedAt - overwritten.at
    },
    final(node, object, version) {
      const history = histories.get(object)
      const last = history?.done.at(-1)?.version ?? 0
      if (version < last) {
        violations.add('lost write', `${object} is version ${version} on ${node}, ${last} was answered`)
      }
      if (version > (history?.sent ?? 0))
        violations.add('nowhere', `${node} has version ${version} of ${object}`)
    },
  }
}

interface History {
  /** The highest version that was sent. */
  sent: number
  /** Those that were answered, in the order of their versions. */
  readonly done: { readonly version: number; readonly at: number }[]
}

/** What a reader must not fall behind. */
interface Floor {
  written: number
  writtenVia: string
  seen: number
}

function found<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
