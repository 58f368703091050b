import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { adopt, end } from './children.ts'
import type { Runtime } from './project.ts'

export interface RunningWorker {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

export interface WorkerOptions {
  /** A folder that exists: the configuration is written there, beside the modules. */
  readonly folder: string
  /** Files of `folder`; the first is the entry. */
  readonly modules: readonly string[]
  readonly bindings: Readonly<Record<string, string>>
  readonly runtime: Runtime
  /** Name of the configuration, where one folder serves several. */
  readonly name: string
}

/** Runs a Worker under plain `workerd serve`, on a free port of loopback. @throws what workerd wrote, when it ends. */
export function serveWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { folder, name } = options
  return startWorkerd({ folder, name, config: configuration(options) })
}

export interface Serving {
  /** A folder that exists, with the modules. */
  readonly folder: string
  readonly name: string
  /** In Cap'n Proto's language. */
  readonly config: string
  /** Hears what it writes, line by line. */
  hear?(line: string): void
}

/** @returns with the port of the first socket. @throws what workerd wrote, when it ends */
export async function startWorkerd({ folder, name, config, hear }: Serving): Promise<RunningWorker> {
  const file = join(folder, `${name}.capnp`)
  await writeFile(file, config)
  const child = adopt(
    spawn(binary(), ['serve', '--control-fd=3', file], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] }),
  )
  let complaint = ''
  child.stderr?.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-4_000)
  })
  if (hear !== undefined) {
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', hear)
  }
  child.stdout?.resume()
  const control = child.stdio[3]
  if (!(control instanceof Readable)) throw new Error('workerd has no control channel')
  const [line] = await Promise.race([
    once(createInterface({ input: control }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`workerd (${name}) ended: ${complaint}`))),
  ])
  const { port } = JSON.parse(String(line)) as { port: number }
  if (child.pid === undefined) throw new Error(`workerd (${name}) has no process`)
  return { port, pid: child.pid, stop: () => end(child) }
}

function binary(): string {
  // The package's `bin` is a Node script around it, which would be one more process to end.
  const loaded: unknown = createRequire(import.meta.url)('workerd')
  if (
    typeof loaded === 'object' &&
    loaded !== null &&
    'default' in loaded &&
    typeof loaded.default === 'string'
  ) {
    return loaded.default
  }
  throw new Error('the package workerd names no binary')
}

function configuration({ modules, bindings, runtime }: WorkerOptions): string {
  const flags = runtime.compatibilityFlags.map(quoted).join(', ')
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .benched),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const benched :Workerd.Worker = (
  modules = [${modules.map((name) => `(name = ${quoted(name)}, esModule = embed ${quoted(name)})`).join(', ')}],
  bindings = [${Object.entries(bindings)
    .map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`)
    .join(', ')}],
  compatibilityDate = ${quoted(runtime.compatibilityDate)},
  compatibilityFlags = [${flags}],
);
`
}

/** A text of Cap'n Proto's schema language; its escapes are C's, and JSON's are a part of them for plain ASCII. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}
