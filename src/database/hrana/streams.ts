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
  /** Places at the server that those may have which are under way, or were left open. */
  readonly taken: Set<Place>
  /** How often all were forgotten. */
  forgotten: number
  /** When the last trip set out. */
  lentAtMilliseconds: number
  /** Somebody replaces those that grow old, until then at most. */
  renewingUntilMilliseconds: number
}

interface IdleStream {
  /** Names the stream to the server, once. */
  readonly baton: string
  readonly openedAtMilliseconds: number
  readonly usedAtMilliseconds: number
}

interface Place {
  /** The server has it back by then, whatever happens. */
  untilMilliseconds: number
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
  /** Null: it is opened and closed by this trip. */
  readonly place: Place | null
}

export function streamsOf(most: number): Streams {
  return {
    ...{ most, idle: [], taken: new Set(), forgotten: 0 },
    lentAtMilliseconds: Number.NEGATIVE_INFINITY,
    renewingUntilMilliseconds: Number.NEGATIVE_INFINITY,
  }
}

/**
 * A replica that begins anew, as after a crash of the primary, leaves those that are open with the files that it had before:
 * they answer, and nothing new comes in. Who has not heard of it, and is owed nothing, reads so for no longer than a replica may
 * lag.
 */
const longestOpenMilliseconds = 5_000
/** From then on the next trip closes it: one that is left has its place until the server ends it. */
const keptOpenMilliseconds = 4_000
/** From then on it is replaced before a trip comes that would have to open one. */
const oldMilliseconds = 3_000
/** Where no trip went for so long, none is expected. */
const expectedMilliseconds = 10_000
/** The server ends one that was not used for ten seconds, on the next full second. */
const leftOpenMilliseconds = 11_000
const longestTripMilliseconds = 10_000

export function lend(streams: Streams, nowMilliseconds: number): Lease {
  const { most, taken } = streams
  streams.lentAtMilliseconds = nowMilliseconds
  vacate(streams, nowMilliseconds)
  const isUsable = ({ openedAtMilliseconds }: IdleStream): boolean =>
    nowMilliseconds - openedAtMilliseconds < longestOpenMilliseconds
  leave(streams, (stream) => !isUsable(stream))
  const last = streams.idle.at(-1)
  const isKept =
    last === undefined
      ? taken.size < most
      : nowMilliseconds - last.openedAtMilliseconds < keptOpenMilliseconds
  if (last === undefined && !isKept) return alone
  return leaseOf(streams, last ?? null, isKept, nowMilliseconds)
}

/** @param stream that waits; null: a new one */
function leaseOf(
  streams: Streams,
  stream: IdleStream | null,
  isKept: boolean,
  nowMilliseconds: number,
): Lease {
  const { taken, forgotten } = streams
  streams.idle = streams.idle.filter((other) => other !== stream)
  // Of a request that was given up on nobody may come back.
  const place = { untilMilliseconds: nowMilliseconds + longestTripMilliseconds + leftOpenMilliseconds }
  taken.add(place)
  const openedAtMilliseconds = stream?.openedAtMilliseconds ?? nowMilliseconds
  return { baton: stream?.baton ?? null, isKept, openedAtMilliseconds, forgotten, place }
}

/** Whether a trip is to be expected that would have to open one. */
export function isRenewalDue(streams: Streams, nowMilliseconds: number): boolean {
  vacate(streams, nowMilliseconds)
  const { most, idle, lentAtMilliseconds, renewingUntilMilliseconds } = streams
  return (
    most > 0 &&
    renewingUntilMilliseconds <= nowMilliseconds &&
    nowMilliseconds - lentAtMilliseconds < expectedMilliseconds &&
    idle.every((stream) => isOld(stream, nowMilliseconds)) &&
    (idle.length > 0 || streams.taken.size < most)
  )
}

/** A new one, where there is a place for it beside those that wait. */
export function openAhead(streams: Streams, nowMilliseconds: number): Lease | null {
  vacate(streams, nowMilliseconds)
  const isRoom = streams.taken.size + streams.idle.length < streams.most
  return isRoom ? leaseOf(streams, null, true, nowMilliseconds) : null
}

/** One that has grown old, to be closed. */
export function takeOld(streams: Streams, nowMilliseconds: number): Lease | null {
  const old = streams.idle.find((stream) => isOld(stream, nowMilliseconds))
  return old === undefined ? null : leaseOf(streams, old, false, nowMilliseconds)
}

function isOld({ openedAtMilliseconds }: IdleStream, nowMilliseconds: number): boolean {
  return nowMilliseconds - openedAtMilliseconds >= oldMilliseconds
}

function vacate({ taken }: Streams, nowMilliseconds: number): void {
  for (const place of taken) if (place.untilMilliseconds <= nowMilliseconds) taken.delete(place)
}

/** Of a trip that opens one and closes it. */
export const alone: Lease = {
  baton: null,
  isKept: false,
  openedAtMilliseconds: 0,
  forgotten: 0,
  place: null,
}

/** @param baton for who uses it next; null: it is not known what became of it, or it goes on where it cannot be used */
export function giveBack(
  streams: Streams,
  lease: Lease,
  baton: string | null,
  nowMilliseconds: number,
): void {
  const { place, openedAtMilliseconds, forgotten } = lease
  if (place === null) return
  if (baton === null || forgotten !== streams.forgotten) {
    place.untilMilliseconds = nowMilliseconds + leftOpenMilliseconds
    return
  }
  streams.taken.delete(place)
  streams.idle = [...streams.idle, { baton, openedAtMilliseconds, usedAtMilliseconds: nowMilliseconds }]
}

/** The server has ended it. */
export function ended(streams: Streams, { place }: Lease): void {
  if (place !== null) streams.taken.delete(place)
}

/** They may lead to what is not there any more; those under way, too. The server ends them when nobody uses them. */
export function forgetStreams(streams: Streams): void {
  leave(streams, () => true)
  streams.forgotten += 1
}

/** Those are not used again, and not closed. */
function leave(streams: Streams, isLeft: (stream: IdleStream) => boolean): void {
  for (const { usedAtMilliseconds } of streams.idle.filter(isLeft)) {
    streams.taken.add({ untilMilliseconds: usedAtMilliseconds + leftOpenMilliseconds })
  }
  streams.idle = streams.idle.filter((stream) => !isLeft(stream))
}
