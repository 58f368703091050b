import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * Acts at instants a tenth of a millisecond apart. Node's own timers know whole milliseconds only: on a way of 2 ms
 * they are half of one early or late, which a simulation of short ways would report as the work of what it measures.
 */
export interface Clock {
  /** Milliseconds, with fractions; only differences mean something. */
  now(): number
  /** Acts at `due`, in the order of the instants; of equal ones in the order of the calls. */
  at(due: number, act: () => void): void
  close(): Promise<void>
}

/** What the clock and its thread share: a count that tells of a change, and when to wake. */
export interface Shared {
  readonly changes: Int32Array
  readonly due: Float64Array
}

/** Waking takes time: so much earlier does the thread wake, and so early may something happen. In milliseconds. */
const early = 0.15

/** A thread of its own waits on a lock, to the microsecond, and wakes the event loop. */
export async function startClock(): Promise<Clock> {
  const buffer = new SharedArrayBuffer(16)
  const { changes, due } = sharedOf(buffer)
  due[0] = Number.POSITIVE_INFINITY
  const thread = new Worker(join(import.meta.dirname, 'clock-thread.ts'), { workerData: buffer })
  await new Promise((resolve, reject) => thread.once('online', resolve).once('error', reject))
  const queue: { readonly due: number; readonly act: () => void }[] = []
  let set = Number.POSITIVE_INFINITY
  const arm = () => {
    const next = queue[0]?.due ?? Number.POSITIVE_INFINITY
    if (next === set) return
    set = next
    due[0] = next - early
    Atomics.add(changes, 0, 1)
    Atomics.notify(changes, 0)
  }
  const run = () => {
    for (let next = queue[0]; next !== undefined && next.due - early <= now(); next = queue[0]) {
      queue.shift()
      next.act()
    }
    // The thread has forgotten what it woke for.
    set = Number.POSITIVE_INFINITY
    arm()
  }
  thread.on('message', run)
  return {
    now,
    at(instant, act) {
      let place = queue.length
      while (place > 0 && (queue[place - 1]?.due ?? 0) > instant) place -= 1
      queue.splice(place, 0, { due: instant, act })
      if (place === 0) arm()
    },
    async close() {
      await thread.terminate()
    },
  }
}

export function sharedOf(buffer: SharedArrayBuffer): Shared {
  return { changes: new Int32Array(buffer, 0, 1), due: new Float64Array(buffer, 8, 1) }
}

/** The same in all threads of a process. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
