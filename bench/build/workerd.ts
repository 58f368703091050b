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
export async function serveWorker(options: WorkerOptions): Promise<RunningWorker> {
  const config = join(options.folder, `${options.name}.capnp`)
  await writeFile(config, configuration(options))
  const child = adopt(
    spawn(binary(), ['serve', '--control-fd=3', config], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] }),
  )
  let complaint = ''
  child.stderr?.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-4_000)
  })
  child.stdout?.resume()
  const control = child.stdio[3]
  if (!(control instanceof Readable)) throw new Error('workerd has no control channel')
  const [line] = await Promise.race([
    once(createInterface({ input: control }), 'line'),
    once(child, 'exit').then(() =>
      Promise.reject(new Error(`workerd (${options.name}) ended: ${complaint}`)),
    ),
  ])
  const { port } = JSON.parse(String(line)) as { port: number }
  if (child.pid === undefined) throw new Error(`workerd (${options.name}) has no process`)
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
function quoted(text: string): string {
  return JSON.stringify(text)
}
