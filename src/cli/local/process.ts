import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessId {
  readonly pid: number
  /** Clock ticks from boot to its start (proc_pid_stat(5), field 22). */
  readonly started: string
}

/** The name of the variable that a run puts into the environment of all that it starts, with a random value. */
export const markVariable = 'SELVAGE_RUN'

const patienceMilliseconds = 3_000

export function thisProcess(): ProcessId {
  return { pid: process.pid, started: startOf(process.pid) ?? '' }
}

export function isAlive({ pid, started }: ProcessId): boolean {
  return startOf(pid) === started
}

/**
 * Processes with this mark, children of children too, by their number. The mark is read from the kernel's copy of
 * the environment, so a number that went to a stranger is never taken for one of ours.
 */
export function markedProcesses(mark: string): number[] {
  const entry = `${markVariable}=${mark}`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readProcess(`${pid}/environ`)?.split('\0').includes(entry) === true)
    .map(Number)
    .filter((pid) => pid !== process.pid)
}

/** Ends every process with this mark: first by asking. @returns how many there were */
export async function endMarked(mark: string): Promise<number> {
  const found = markedProcesses(mark)
  for (const pid of found) signal(pid, 'SIGTERM')
  const deadline = Date.now() + patienceMilliseconds
  for (let left = found; left.length > 0; left = markedProcesses(mark)) {
    if (Date.now() > deadline) for (const pid of left) signal(pid, 'SIGKILL')
    await sleep(50)
  }
  return found.length
}

/** Sends a signal to a process, or with a negative number to its group; one that is gone already is as wished. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function startOf(pid: number): string | null {
  const stat = readProcess(`${pid}/stat`)
  // The second field is the name in parentheses, with any character in it; the third says Z when it has ended.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}

/** Null when the process is gone, or another user's. */
function readProcess(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return null
    throw error
  }
}
