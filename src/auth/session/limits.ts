import type { SessionDeclaration } from '../../declare/auth/auth.ts'
import { inactivityMilliseconds } from './token.ts'

/** How long sessions last. */
export interface SessionLimits {
  /** Of a session that begins now: instants in milliseconds. `ends` is null where sessions may be refreshed for ever. */
  of(nowMilliseconds: number): { readonly expires: number; readonly ends: number | null }
  /** Without a refresh. */
  readonly inactivityMilliseconds: number
}

const hour = 3_600_000

export function sessionLimitsOf({ timeBoxHours, inactivityHours }: SessionDeclaration = {}): SessionLimits {
  const idle = inactivityHours === undefined ? inactivityMilliseconds : inactivityHours * hour
  return {
    inactivityMilliseconds: idle,
    of(now) {
      const ends = timeBoxHours === undefined ? null : now + timeBoxHours * hour
      return { ends, expires: Math.min(now + idle, ends ?? Number.POSITIVE_INFINITY) }
    },
  }
}
