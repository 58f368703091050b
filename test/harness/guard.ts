import { readdirSync, readFileSync, rmSync } from 'node:fs'

/**
 * A process beside a run: `node guard.ts {mark} {folder}`. When its standard input closes without a word, the run was
 * killed: then everything that the run started, which has the mark in its environment, is ended, and the folder goes.
 */
const [mark = '', folder = ''] = process.argv.slice(2)
let released = false
process.stdin.on('data', () => {
  released = true
})
process.stdin.on('end', () => {
  if (released || mark === '' || folder === '') return
  for (const pid of marked()) unlessGone(() => process.kill(pid, 'SIGKILL'))
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

/** Numbers of processes can be someone else's by now; the environment of a process cannot. */
function marked(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => unlessGone(() => readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)) ?? false)
}

function unlessGone<T>(act: () => T): T | null {
  try {
    return act()
  } catch (error) {
    // It has ended meanwhile, or is someone else's.
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return null
    throw error
  }
}
