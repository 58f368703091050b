import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bundle } from '../build/bundle.ts'
import type { Runtime } from '../build/project.ts'
import { serveWorker } from '../build/workerd.ts'
import { openConnection } from '../load/connection.ts'
import { type Spread, spreadOf } from './spread.ts'

const wrapper = 'startup.js'
const asked = (path: string) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)

/**
 * Milliseconds to evaluate each bundle, everything it imports included. A Worker's own clock stands still while a
 * module is evaluated, so it is timed from outside: in a fresh process, a request that imports the bundle for the
 * first time, less one that does nothing. (workerd compiles all modules before it listens: that is not in it.)
 */
export async function measureEvaluation(
  bundles: ReadonlyMap<string, Bundle>,
  runtime: Runtime,
  times: number,
): Promise<ReadonlyMap<string, Spread>> {
  const durations = new Map<string, number[]>([...bundles.keys()].map((name) => [name, []]))
  for (let time = 0; time < times; time += 1) {
    for (const [name, bundle] of bundles) durations.get(name)?.push(await timeEvaluation(bundle, runtime))
  }
  return new Map([...durations].map(([name, values]) => [name, spreadOf(values)]))
}

async function timeEvaluation({ folder, main }: Bundle, runtime: Runtime): Promise<number> {
  await writeFile(
    join(folder, wrapper),
    `export default {
  async fetch(request) {
    if (new URL(request.url).pathname === '/evaluate') await import('./${main}')
    return new Response('')
  },
}
`,
  )
  const worker = await serveWorker({
    folder,
    modules: [wrapper, main],
    bindings: {},
    runtime,
    name: 'startup',
  })
  try {
    const connection = await openConnection(worker.port)
    const idle: number[] = []
    for (let request = 0; request < 20; request += 1)
      idle.push(await timed(() => connection.send(asked('/'))))
    const importing = await timed(async () => {
      const { status, body } = await connection.send(asked('/evaluate'))
      if (status !== 200) throw new Error(`${main} cannot be evaluated: ${status} ${body}`)
    })
    connection.close()
    // The first requests of a process are slow for reasons of their own.
    return importing - spreadOf(idle.slice(10)).median
  } finally {
    await worker.stop()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
