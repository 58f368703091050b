import { boundedMap } from '../base/memory/bounded-map.ts'

/**
 * When this isolate last heard of the database that a session stood. What is kept is filled anew by others, so how old
 * it is says nothing of who may hear it: to a session an answer is as old as what is known of the session.
 */
export interface Standing {
  note(session: string, atMilliseconds: number): void
  /** The database said that it is over. */
  forget(session: string): void
  /** In milliseconds since 1970; -Infinity: never, or long ago. */
  lastSeen(session: string): number
}

export function createStanding(): Standing {
  const seen = boundedMap<number>(rememberedSessions)
  const lastSeen = (session: string): number => seen.get(session) ?? Number.NEGATIVE_INFINITY
  return {
    note: (session, atMilliseconds) => seen.set(session, Math.max(atMilliseconds, lastSeen(session))),
    forget: (session) => seen.delete(session),
    lastSeen,
  }
}

/** A few hundred bytes each. */
const rememberedSessions = 10_000
