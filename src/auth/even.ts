import { sleep } from '../base/clock.ts'
import type { Action } from './context.ts'

/** Milliseconds. Many times what the work differs by, and nothing to who waits for a mail. */
const beat = 20

/**
 * An action that is answered on a beat from its start, refusals as well: what its statements take longer for an address
 * that somebody has, for there are rows to write, is not to be seen from outside.
 */
export function evenly(action: Action): Action {
  return async (context) => {
    const { clock } = context.get('server')
    const start = clock.nowMilliseconds()
    try {
      return await action(context)
    } finally {
      await sleep(beat - ((clock.nowMilliseconds() - start) % beat))
    }
  }
}
