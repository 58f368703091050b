import { openConnection } from '../load/connection.ts'
import type { Counts, Series } from '../measure/rounds.ts'
import { spreadOf } from '../measure/spread.ts'
import type { Task } from '../measure/tasks.ts'
import type { Served } from '../measure/verify.ts'
import { keepers, type Reader } from './tasks.ts'

/** What was measured was not the cache: a figure of misses says nothing of it. */
export class NotFromCache extends Error {
  override readonly name = 'NotFromCache'
}

/** Asks for everything, which was asked for before. @throws NotFromCache where the database was asked again */
export async function verifyHits(task: Task<Reader>, { contender, port }: Served<Reader>): Promise<void> {
  const connection = await openConnection(port)
  try {
    for (const request of task.requests[contender]) {
      const { head } = await connection.send(Buffer.from(request))
      if (!/\r\ncache-status: *Selvage; hit;/i.test(head) || !head.includes('trips;desc="0"')) {
        throw new NotFromCache(`${task.name}: ${contender} does not answer from its cache\n${head}`)
      }
    }
  } finally {
    connection.close()
  }
}

/** Of the hits, how many may have brought their answer up to date behind the caller's back. */
const refreshingShare = 0.01
/** Of what the database does for a read, how much it may do while none comes to it. */
const idleShare = 0.05

/**
 * Whether what was measured were hits, by what the Worker said of each answer, and by what the database did meanwhile.
 * @throws NotFromCache
 */
export function verifyMeasured(name: string, series: ReadonlyMap<string, Series>): void {
  const asked = spreadOf(series.get('baseline')?.databaseMilliseconds ?? []).median
  for (const keeper of keepers) {
    const figures = series.get(keeper)
    if (figures === undefined) throw new Error(`${keeper} was not measured`)
    const { served, hits, hitsWithoutTrip } = figures.counts
    if (hits < served || hitsWithoutTrip < served * (1 - refreshingShare)) {
      throw new NotFromCache(`${name}: ${keeper} says: ${hitsOf(figures.counts)}`)
    }
    const idle = spreadOf(figures.databaseMilliseconds).median
    if (idle > asked * idleShare) {
      throw new NotFromCache(`${name}: ${keeper} keeps the database busy for ${idle} ms a request`)
    }
  }
}

export function hitsOf({ served, hits, hitsWithoutTrip }: Counts): string {
  return `${served} served, ${hits} from the cache, ${hits - hitsWithoutTrip} of them renewed it meanwhile`
}
