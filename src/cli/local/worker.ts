import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { Failure } from '../command.ts'
import { signal } from './process.ts'

export interface WorkerOptions {
  readonly backendFolder: string
  /** For what Wrangler keeps, and for its configuration. */
  readonly directory: string
  readonly secretsFile: string
  /** On 127.0.0.1. */
  readonly port: number
  /** Above those of wrangler.toml and of the file of secrets. */
  readonly variables: Readonly<Record<string, string>>
  readonly environment: NodeJS.ProcessEnv
}

export interface LocalWorker {
  /** Resolves when Wrangler has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** What Wrangler and the Worker say goes to the terminal from now on. */
  show(): void
  stop(): Promise<void>
}

const root = resolve(import.meta.dirname, '../../..')
const startMilliseconds = 60_000
const stopMilliseconds = 3_000

/**
 * Starts `wrangler dev` with the backend of a folder and waits until the Worker answers.
 * @throws Failure with what Wrangler said, when it does not come up
 */
export async function startWorker(options: WorkerOptions): Promise<LocalWorker> {
  const { port, environment } = options
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/wrangler/bin/wrangler.js'), ...(await flags(options))],
    {
      cwd: root,
      // A process group of its own, with workerd and esbuild in it: Ctrl-C reaches the parent alone.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
    },
  )
  let shown = false
  let said = ''
  const hear = (stream: NodeJS.WriteStream) => (text: string) => {
    if (shown) stream.write(text)
    else said += text
  }
  child.stdout.setEncoding('utf8').on('data', hear(process.stdout))
  child.stderr.setEncoding('utf8').on('data', hear(process.stderr))
  let running = true
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      running = false
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  const kill = () => {
    if (child.pid !== undefined) signal(-child.pid, 'SIGKILL')
  }
  process.once('exit', kill)
  const stop = async () => {
    shown = false
    if (running && child.pid !== undefined) signal(-child.pid, 'SIGTERM')
    await Promise.race([ended, sleep(stopMilliseconds, undefined, { ref: false })])
    kill()
    await ended
    process.removeListener('exit', kill)
  }
  const deadline = Date.now() + startMilliseconds
  while (!(await answers(port))) {
    if (!running || Date.now() > deadline || failed(said)) {
      await sleep(200)
      await stop()
      throw new Failure(`The Worker did not start.\n${stripVTControlCharacters(said).trim()}`)
    }
    await sleep(50)
  }
  return {
    ended,
    show() {
      shown = true
    },
    stop,
  }
}

async function flags({
  backendFolder,
  directory,
  secretsFile,
  port,
  variables,
}: WorkerOptions): Promise<string[]> {
  await mkdir(directory, { recursive: true })
  const tsconfig = join(directory, 'tsconfig.json')
  // Wrangler's `alias` does not reach names that start with `#`; the paths of a tsconfig do.
  const paths = { '#backend': [join(backendFolder, 'index.ts')] }
  await writeFile(
    tsconfig,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions: { paths } }),
  )
  return [
    'dev',
    ...['--config', join(root, 'wrangler.toml'), '--tsconfig', tsconfig, '--env-file', secretsFile],
    ...['--ip', '127.0.0.1', '--port', String(port), '--persist-to', join(directory, 'state')],
    ...['--show-interactive-dev-session', 'false'],
    // Else Wrangler looks for a free port now and takes it later, when another run may have it.
    ...['--inspector-port', '0'],
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
  ]
}

/** Wrangler stays when the Worker does not build, and waits for a change. workerd's `kj::` lines are about connections. */
function failed(said: string): boolean {
  return /\[ERROR\](?!\s*kj::)/.test(stripVTControlCharacters(said))
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) })
    // Read to its end: workerd reports a connection that is cut as an error.
    await response.text()
    return true
  } catch (error) {
    // Nothing listens yet, or not quite.
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return false
    throw error
  }
}
