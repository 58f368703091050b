/** The load, as a process of its own: its event loop must not wait for the benchmark's. Started by generator.ts. */
import { type Connection, openConnection } from './connection.ts'
import type { LoadAnswer, LoadOrder, LoadResult } from './order.ts'

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

async function load({ port, requests, clients, milliseconds }: LoadOrder): Promise<LoadResult> {
  const buffers = requests.map((request) => Buffer.from(request))
  const connections = await Promise.all(Array.from({ length: clients }, () => openConnection(port)))
  const durations: number[] = []
  const started = performance.now()
  const deadline = started + milliseconds
  let next = 0
  const client = async (connection: Connection): Promise<void> => {
    for (let now = performance.now(); now < deadline; ) {
      const request = buffers[next % buffers.length]
      if (request === undefined) throw new Error('no request to send')
      next += 1
      const reply = await connection.send(request)
      const since = now
      now = performance.now()
      if (reply.status !== 200 && reply.status !== 206) {
        throw new Error(`status ${reply.status} under load: ${reply.body.toString().slice(0, 400)}`)
      }
      durations.push(now - since)
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
    requestsPerSecond: durations.length / seconds,
    p50Milliseconds: quantile(durations, 0.5),
    p99Milliseconds: quantile(durations, 0.99),
  }
}

function quantile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new Error('no request was answered in time')
  return value
}
