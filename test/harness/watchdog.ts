import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Ends a process and deletes a folder when the run is killed before it could do so itself. */
export interface Watchdog {
  /** To be called when the process has ended and the folder is gone: its number may be someone else's by then. */
  release(): Promise<void>
}

/** The guard outlives even SIGKILL: its standard input is a pipe from the run, and closes with it. */
const guard = `
  let released = false
  process.stdin.on('data', () => { released = true })
  process.stdin.on('end', () => {
    if (released) return
    const [pid, folder] = process.argv.slice(1)
    try { process.kill(Number(pid), 'SIGKILL') } catch (error) { if (error.code !== 'ESRCH') throw error }
    require('node:fs').rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  })
`

export function watch(pid: number, folder: string): Watchdog {
  // A session of its own: a Ctrl-C that ends the whole group of the terminal must not end the guard first.
  const child = spawn(process.execPath, ['-e', guard, String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  return {
    async release() {
      child.stdin.end('released')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
