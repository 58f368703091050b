import { readFile } from 'node:fs/promises'

/** A unit of the kernel's figures, which Linux fixes for programs. */
const tickMilliseconds = 10

/**
 * What a process has used of the processor since it began, in milliseconds, children not included. NaN where there is
 * no /proc. Source: proc_pid_stat(5), utime and stime.
 */
export async function usedMilliseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // The name of the program stands in parentheses, and may hold some.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * tickMilliseconds
}
