import { sleep } from '../../base/clock.ts'
import type { Reply } from '../hrana/reply.ts'

/**
 * Sends again what was refused because another transaction writes, or because the server writes its log back into the
 * database, which takes tens of milliseconds. Where BEGIN was refused nothing happened; where a later step was,
 * ROLLBACK or the end of the stream undid the rest. So nothing is done twice, as long as an answer was read that says
 * so: what `send` throws (a lost answer, a timeout) may have happened, and is thrown on. While a checkpoint waits for a
 * read that takes longer than all tries, what is refused stays so.
 * @param deadline of all tries together
 * @returns the first reply that is another, or the last one
 */
export async function whileBusy(send: () => Promise<Reply>, deadline: AbortSignal): Promise<Reply> {
  for (const longest of waitsMilliseconds) {
    const reply = await send()
    if (!isBusy(reply)) return reply
    // At random, so that those who met at the same lock do not meet there again.
    await sleep(longest * (0.5 + Math.random() / 2))
    if (deadline.aborted) return reply
  }
  return send()
}

/** Whether SQLite refused it for the time being (https://sqlite.org/rescode.html#busy): it may be sent again as it is. */
export function isBusy(reply: Reply): boolean {
  return 'error' in reply && /^SQLITE_(?:BUSY|LOCKED)/.test(reply.error.code)
}

/** The longest waits after each try but the last. */
const waitsMilliseconds = [20, 60, 180, 500] as const
