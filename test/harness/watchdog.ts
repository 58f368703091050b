import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'

/** Ends what this process started, and deletes a folder, when it is killed before it could do so itself. */
export interface Watchdog {
  /** To be called when all has ended and the folder is gone. */
  release(): Promise<void>
}

/** Everything that is started from here on inherits it: databases, and the Workers that Vitest starts. */
const mark = randomUUID()

/** To be called before anything is started. */
export function watch(folder: string): Watchdog {
  process.env.SELVAGE_TEST_RUN = mark
  // A session of its own: a Ctrl-C that ends the whole group of the terminal must not end the guard first. And its
  // standard input is a pipe from here, which closes even with SIGKILL.
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts'), mark, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  return {
    async release() {
      guard.stdin.end('released')
      if (guard.exitCode === null) await once(guard, 'exit')
    },
  }
}
