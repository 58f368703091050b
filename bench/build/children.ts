import type { ChildProcess } from 'node:child_process'

const running = new Set<ChildProcess>()

/** Remembers a process of ours until it ends, so that none outlives the benchmark, whichever way that ends. */
export function adopt<Child extends ChildProcess>(child: Child): Child {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Ends one process and waits for it. SIGKILL where SIGTERM is not heard within two seconds. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await ended
  clearTimeout(patience)
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map(end))
}
