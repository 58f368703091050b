/** How far a history of a database had come. */
export interface Moment {
  /** Which history: a database that is restored or forked has another one. */
  readonly epoch: string
  /** libSQL's replication index: a node that has it has come so far. */
  readonly frame: number
  /** Of `selvage_clock`: each write that somebody may follow raises it, and it stands in the database itself. 0: not known. */
  readonly tick: number
}

/**
 * Whether `a` came after `b`. A primary that crashed counts its frames anew, and as long as nobody noticed that is the same
 * history: only ticks have the order of all writes, from one history to the next, and frames that of those without. Without
 * ticks it cannot be told of two histories.
 */
export function isLater(a: Moment, b: Moment): boolean {
  if (a.tick !== b.tick && a.tick > 0 && b.tick > 0) return a.tick > b.tick
  return a.epoch === b.epoch && a.frame > b.frame
}

/** Whether `a` came after `b`, of two moments of one history whose ticks are known: what is kept has no other ones. */
export function isNewer(a: Pick<Moment, 'tick' | 'frame'>, b: Pick<Moment, 'tick' | 'frame'>): boolean {
  return a.tick > b.tick || (a.tick === b.tick && a.frame > b.frame)
}
