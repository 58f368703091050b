/** The thread of clock.ts: sleeps until the instant that is set, says so, and waits for the next one. */
import { parentPort, workerData } from 'node:worker_threads'
import { now, sharedOf } from './clock.ts'

const { changes, due } = sharedOf(workerData as SharedArrayBuffer)

for (;;) {
  const seen = Atomics.load(changes, 0)
  const left = (due[0] ?? Number.POSITIVE_INFINITY) - now()
  if (left > 0) {
    Atomics.wait(changes, 0, seen, left)
    continue
  }
  due[0] = Number.POSITIVE_INFINITY
  parentPort?.postMessage(null)
}
