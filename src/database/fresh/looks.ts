import type { Bookmark } from '../bookmark.ts'
import { type Cluster, entersHistory, type Look, type NodeState } from '../cluster.ts'

/** What the primary had so long ago, a replica has to have. */
const longestLagMilliseconds = 5_000

/** Whether a replica is farther behind the primary than it may be. While that is silent, it is the best that there is. */
export function isBehind(
  { primary, looks }: Cluster,
  { frame }: NodeState,
  nowMilliseconds: number,
): boolean {
  if (primary.failures > 0) return false
  return looks.some(
    (look) => look.frame > frame && nowMilliseconds - look.atMilliseconds > longestLagMilliseconds,
  )
}

/** The primary said which history it has, and how far that is. */
export function looked(cluster: Cluster, { epoch, frame }: Bookmark, nowMilliseconds: number): void {
  entersHistory(cluster, epoch)
  const isOld = ({ atMilliseconds }: Look): boolean =>
    nowMilliseconds - atMilliseconds > longestLagMilliseconds
  const [last] = cluster.looks
  if (last !== undefined && nowMilliseconds - last.atMilliseconds < betweenLooksMilliseconds) return
  const young = cluster.looks.filter((look) => !isOld(look))
  const old = cluster.looks.find(isOld)
  cluster.looks = [{ atMilliseconds: nowMilliseconds, frame }, ...young, ...(old === undefined ? [] : [old])]
}

/** Who looks more often adds nothing. */
const betweenLooksMilliseconds = 500

/**
 * How old what was read may be, in seconds, while the primary does not answer; null while it does. A replica has what the
 * primary had when it last answered, or else what it had at the last look that it has come to; one that is behind all of them
 * may be older than is said.
 * @param frame that the node had that was read
 */
export function ageSeconds(
  { primary, looks }: Cluster,
  frame: number,
  nowMilliseconds: number,
): number | null {
  if (primary.failures === 0) return null
  const reached = looks.find((look) => look.frame <= frame) ?? looks.at(-1)
  const heard = primary.answeredAtMilliseconds ?? primary.failedAtMilliseconds
  const since = frame >= primary.frame ? heard : Math.min(heard, reached?.atMilliseconds ?? heard)
  return Math.max(0, Math.ceil((nowMilliseconds - since) / 1_000))
}
