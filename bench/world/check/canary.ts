/** A secret of each person, in rows that nobody else may see: whoever gets one of another's has found a leak. */
export function canaryOf(owner: number): string {
  return `${prefix}${owner}:`
}

/** Whose secrets a text holds, each once. Most texts hold none, and are looked through at the speed of memory. */
export function ownersIn(text: string): ReadonlySet<number> {
  if (!text.includes(prefix)) return nobody
  return new Set([...text.matchAll(pattern)].map(([, owner]) => Number(owner)))
}

const prefix = 'canary:'
const pattern = /canary:(\d+):/g
const nobody: ReadonlySet<number> = new Set()
