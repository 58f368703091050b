/**
 * Streams of Hrana that an isolate keeps open at a node. To open one takes sqld as long as a short statement does: it opens the
 * file and reads the whole schema. But each that is open takes one of the places for connections that a server has, so
 * that how many there may be is the operator's to say. What is kept is text, no connection, so it may outlive requests.
 */
export interface Streams {
  /** How many at most; 0: each trip opens one and closes it. */
  readonly most: number
  /** That nobody uses; the one that was used last stands last. */
  idle: readonly IdleStream[]
  /** How many are under way. */
  lent: number
  /** How often all were forgotten. */
  forgotten: number
}

interface IdleStream {
  /** Names the stream to the server, once. */
  readonly baton: string
  readonly openedAtMilliseconds: number
  readonly usedAtMilliseconds: number
}

/** The stream of one trip. */
export interface Lease {
  /** Null: the trip opens a new one. */
  readonly baton: string | null
  /** Whether it is to stay open. */
  readonly isKept: boolean
  readonly openedAtMilliseconds: number
  /** As it was when the stream was lent. */
  readonly forgotten: number
}

export function streamsOf(most: number): Streams {
  return { most, idle: [], lent: 0, forgotten: 0 }
}

/** The server ends one that was not used for ten seconds. */
const longestIdleMilliseconds = 8_000
/**
 * A replica that begins anew, as after a crash of the primary, leaves those that are open with the files that it had before:
 * they answer, and nothing new comes in. Who has not heard of it reads so for no longer than a replica may lag.
 */
const longestOpenMilliseconds = 10_000

export function lend(streams: Streams, nowMilliseconds: number): Lease {
  const usable = streams.idle.filter(
    ({ openedAtMilliseconds, usedAtMilliseconds }) =>
      nowMilliseconds - usedAtMilliseconds < longestIdleMilliseconds &&
      nowMilliseconds - openedAtMilliseconds < longestOpenMilliseconds,
  )
  const last = usable.pop()
  streams.idle = usable
  const isKept = last !== undefined || streams.lent + usable.length < streams.most
  if (isKept) streams.lent += 1
  return {
    baton: last?.baton ?? null,
    isKept,
    openedAtMilliseconds: last?.openedAtMilliseconds ?? nowMilliseconds,
    forgotten: streams.forgotten,
  }
}

/** @param baton for who uses it next; null: it is not known what became of it, or it has ended */
export function giveBack(
  streams: Streams,
  { isKept, openedAtMilliseconds, forgotten }: Lease,
  baton: string | null,
  nowMilliseconds: number,
): void {
  if (!isKept) return
  streams.lent -= 1
  if (baton === null || forgotten !== streams.forgotten) return
  streams.idle = [...streams.idle, { baton, openedAtMilliseconds, usedAtMilliseconds: nowMilliseconds }]
}

/** They may lead to what is not there any more; those under way, too. The server ends them when nobody uses them. */
export function forgetStreams(streams: Streams): void {
  streams.idle = []
  streams.forgotten += 1
}
