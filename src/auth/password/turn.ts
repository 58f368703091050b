import { sleep } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'

interface Ticket {
  /** When its request was last awake, in milliseconds: one that was left by its client is never again. */
  seenAt: number
  isRunning: boolean
}

/** With a tenth of a second each, the last one waits for five. */
const mostWaiting = 50
const pollMilliseconds = 10
/**
 * Between one and the next the thread belongs to the others, whose trips to the database take less. In several steps: a
 * timer that is set when the thread was just held counts from before, and is due at once; then nobody comes in between.
 */
const pauseMilliseconds = [8, 8, 8, 8] as const
/** A request that was cancelled runs no `finally`: its ticket falls after so long. */
const waitingStaleMilliseconds = 3_000
const runningStaleMilliseconds = 10_000

/** In their order. They are times and no promises: what one request waits for must not be another's to settle. */
const tickets = new Set<Ticket>()

/**
 * Runs what takes the isolate's thread for long, one after another, with time for the others in between: many sign-ins at
 * once wait for each other, and do not make reads wait for all of them.
 * @throws Problem over_request_rate_limit when so many wait that its turn would come too late
 */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const ticket: Ticket = { seenAt: Date.now(), isRunning: false }
  tickets.add(ticket)
  try {
    if (tickets.size > mostWaiting) dropStale(ticket.seenAt)
    if (tickets.size > mostWaiting) throw crowded()
    // Whoever came while the thread was held comes in now, and is seen to wait.
    await sleep(1)
    let isCrowded = tickets.size > 1
    while (!isFirst(ticket)) {
      isCrowded = true
      await sleep(pollMilliseconds)
      ticket.seenAt = Date.now()
      dropStale(ticket.seenAt)
      // It may have been taken for one that was cancelled.
      tickets.add(ticket)
    }
    if (isCrowded) for (const pause of pauseMilliseconds) await sleep(pause)
    ticket.seenAt = Date.now()
    ticket.isRunning = true
    return await work()
  } finally {
    tickets.delete(ticket)
  }
}

function isFirst(ticket: Ticket): boolean {
  const [first] = tickets
  return first === ticket
}

function dropStale(now: number): void {
  for (const ticket of tickets) {
    const most = ticket.isRunning ? runningStaleMilliseconds : waitingStaleMilliseconds
    if (now - ticket.seenAt > most) tickets.delete(ticket)
  }
}

function crowded(): Problem {
  return new Problem('over_request_rate_limit', {
    message: 'Too many people sign in at once: try again after 2 seconds.',
    headers: { 'retry-after': '2' },
  })
}
