import { Problem } from '../../base/problem.ts'
import type { Caller } from '../../model/caller/caller.ts'
import { scopeOf } from './idempotency.ts'

/**
 * Keys whose requests this isolate has not answered yet. Another isolate's are not known here: there the database
 * lets the second request wait for the first one's end, and answers it the same.
 */
export interface RunningKeys {
  /** @throws Problem IDEMPOTENCY_IN_PROGRESS */
  during<T>(key: string, caller: Caller, nowMilliseconds: number, work: () => Promise<T>): Promise<T>
}

/** Whoever has not come back by then was cancelled, and will not. */
const longestMilliseconds = 30_000

export function runningKeys(): RunningKeys {
  const since = new Map<string, number>()
  return {
    async during(key, caller, nowMilliseconds, work) {
      const name = `${scopeOf(caller)} ${key}`
      const started = since.get(name)
      if (started !== undefined && nowMilliseconds - started < longestMilliseconds) {
        throw new Problem('IDEMPOTENCY_IN_PROGRESS', {
          hint: 'Wait for its answer, or send the same request again in a second.',
          headers: { 'retry-after': '1' },
        })
      }
      since.delete(name)
      forget(since, nowMilliseconds)
      since.set(name, nowMilliseconds)
      try {
        return await work()
      } finally {
        since.delete(name)
      }
    },
  }
}

/** Who was cancelled says no goodbye; they stand in the order in which they came. */
function forget(since: Map<string, number>, nowMilliseconds: number): void {
  for (const [name, started] of since) {
    if (nowMilliseconds - started < longestMilliseconds) return
    since.delete(name)
  }
}
