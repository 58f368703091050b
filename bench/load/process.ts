/** The load, as a process of its own: its event loop must not wait for the benchmark's. Started by generator.ts. */
import { type Connection, openConnection } from './connection.ts'
import { aNewId, type LoadAnswer, type LoadOrder, type LoadResult } from './order.ts'

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (result) => answer({ kind: 'done', result }),
    (error: unknown) =>
      answer({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  )
})
// A benchmark that is gone needs no load.
process.on('disconnect', () => process.exit(0))

function answer(message: LoadAnswer): void {
  process.send?.(message)
}

const patienceMilliseconds = 5_000

async function load({ port, requests, clients, milliseconds }: LoadOrder): Promise<LoadResult> {
  const prepared = requests.map(prepare)
  const connections = await Promise.all(Array.from({ length: clients }, () => openConnection(port)))
  const durations: number[] = []
  let failed = 0
  let repeated = 0
  let hits = 0
  let hitsWithoutTrip = 0
  const started = performance.now()
  const deadline = started + milliseconds
  const latest = deadline + patienceMilliseconds
  let next = 0
  const client = async (connection: Connection): Promise<void> => {
    // A short run may meet nothing but a checkpoint: it lasts until something is served.
    for (let now = performance.now(); now < deadline || (durations.length === 0 && now < latest); ) {
      const request = prepared[next % prepared.length]
      if (request === undefined) throw new Error('no request to send')
      next += 1
      const reply = await connection.send(request())
      const since = now
      now = performance.now()
      const trips = tripsOf.exec(reply.head)?.[1]
      if (trips !== undefined && Number(trips) > 1) repeated += 1
      if (isHit.test(reply.head)) {
        hits += 1
        if (trips === '0') hitsWithoutTrip += 1
      }
      if (reply.status === 503) failed += 1
      else if (reply.status >= 200 && reply.status < 300) durations.push(now - since)
      else throw new Error(`status ${reply.status} under load: ${reply.body.toString().slice(0, 400)}`)
    }
  }
  try {
    await Promise.all(connections.map(client))
  } finally {
    for (const connection of connections) connection.close()
  }
  const seconds = (performance.now() - started) / 1000
  durations.sort((a, b) => a - b)
  return {
    requests: durations.length,
    failed,
    repeated,
    hits,
    hitsWithoutTrip,
    requestsPerSecond: durations.length / seconds,
    p50Milliseconds: quantile(durations, 0.5),
    p99Milliseconds: quantile(durations, 0.99),
  }
}

/** `Server-Timing` of Selvage says how many trips a request took. */
const tripsOf = /trips;desc="(\d+)"/
const isHit = /\r\ncache-status: *Selvage; hit/i

/** The bytes of a request, made once, or anew where each sending has an id of its own. */
function prepare(request: string): () => Buffer {
  const bytes = Buffer.from(request)
  const at = bytes.indexOf(aNewId)
  if (at === -1) return () => bytes
  return () => {
    const copy = Buffer.from(bytes)
    copy.write(crypto.randomUUID(), at, 'latin1')
    return copy
  }
}

function quantile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new Error('no request was answered in time')
  return value
}
