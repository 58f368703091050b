import type { Place } from '../base/settings.ts'
import type { Wait } from './fresh/waits.ts'
import { forgetStreams, type Streams, streamsOf } from './hrana/streams.ts'
import { kilometresBetween, type Node } from './node.ts'

/**
 * What an isolate has learnt of the nodes of one database: numbers, no promise and no connection, so that it may
 * outlive requests.
 */
export interface Cluster {
  readonly primary: NodeState
  readonly replicas: readonly NodeState[]
  /** Which history of the database it is: changes when it is restored or forked. Null: not known yet. */
  epoch: string | null
  /** The last histories that are over, as far as is known. */
  former: readonly string[]
  /** The primary's frame as it was looked at for its own sake, the last one first: of the last seconds, and one before. */
  looks: readonly Look[]
  /** When somebody last set out to look. */
  lookingSinceMilliseconds: number
}

/** What the primary said when it was asked how it is. */
export interface Look {
  readonly atMilliseconds: number
  readonly frame: number
}

export interface NodeState {
  readonly node: Node
  readonly streams: Streams
  /** Reads of this isolate that wait there for a frame. */
  readonly waits: Set<Wait>
  /** A trip: what the fastest of the last ones took, and a moving average above it; null: none was made. */
  milliseconds: number | null
  /** The last trips, for their 95th percentile; the oldest is written over. */
  readonly recent: number[]
  trips: number
  /** A frame that it has, for sure. */
  frame: number
  /** What was sent before may tell of frames of another history. */
  framesSinceMilliseconds: number
  /** Failures since it last answered. */
  failures: number
  /** When the first of them was. */
  failedAtMilliseconds: number
  /** When the last of them was. */
  countedAtMilliseconds: number
  /** It is left alone until then. */
  leftUntilMilliseconds: number
  /** When it last answered, here or to somebody else who told of it; null: never, as far as is known. */
  answeredAtMilliseconds: number | null
}

/** @param mostStreams that are kept open at each node; default 0 */
export function clusterOf(primary: Node, replicas: readonly Node[], mostStreams = 0): Cluster {
  return {
    primary: stateOf(primary, mostStreams),
    replicas: replicas.map((node) => stateOf(node, mostStreams)),
    epoch: null,
    former: [],
    looks: [],
    lookingSinceMilliseconds: 0,
  }
}

/**
 * Nodes in the order in which a read tries them: replicas by how long a trip takes, as measured, or else as their
 * distance tells; then the primary, which stands before those that are farther away when its own place is known.
 * Those that are left alone are out, but for the primary, the last resort.
 * @param here of the data centre; null: not known
 */
export function readingOrder(
  cluster: Cluster,
  here: Place | null,
  nowMilliseconds: number,
): readonly NodeState[] {
  const { primary, replicas } = cluster
  if (replicas.length === 0) return [primary]
  const isPlaced = primary.node.place !== null && here !== null
  const known = [...replicas, ...(isPlaced ? [primary] : [])]
    .filter((state) => state.leftUntilMilliseconds <= nowMilliseconds)
    .map((state) => ({ state, expected: expectedMilliseconds(state, here, nowMilliseconds) }))
    .sort((a, b) => a.expected - b.expected)
    .map(({ state }) => state)
  return known.includes(primary) ? known : [...known, primary]
}

/** Light in glass takes 1 ms for 200 km; there and back, and by the ways that cables take, 65 km. */
const kilometresPerMillisecond = 65

/** For so long a measure counts, then the distance does again. */
const measureCountsMilliseconds = 10_000
/**
 * A node that was slow for a moment, when its connection was opened, it waited for a frame or had much to do, is asked no
 * more while others are nearer, and so could never show that it is fast. What is slower than its distance tells counts for
 * so many times as long as it took: where it is still as slow, a twentieth of the time is lost by that.
 */
const slowCountsTimes = 20

/** Without a place nothing is known before the first trip, so that it comes first once. */
function expectedMilliseconds(
  { node, milliseconds, answeredAtMilliseconds }: NodeState,
  here: Place | null,
  nowMilliseconds: number,
): number {
  const elapsed = nowMilliseconds - (answeredAtMilliseconds ?? 0)
  const isMeasured = milliseconds !== null && elapsed <= measureCountsMilliseconds
  if (isMeasured && elapsed <= slowCountsTimes * milliseconds) return milliseconds
  const far =
    here === null || node.place === null
      ? 0
      : 1 + kilometresBetween(here, node.place) / kilometresPerMillisecond
  return isMeasured ? Math.min(milliseconds, far) : far
}

/** @param frame that the node has come to, as it says; null: it does not */
export function answered(
  state: NodeState,
  sentMilliseconds: number,
  frame: number | null,
  nowMilliseconds: number,
): void {
  const took = nowMilliseconds - sentMilliseconds
  state.failures = 0
  state.leftUntilMilliseconds = 0
  state.answeredAtMilliseconds = nowMilliseconds
  const before = state.milliseconds
  // One fast trip proves a short way; a slow one may have had many reasons.
  state.milliseconds = before === null || took < before ? took : before * 0.8 + took * 0.2
  state.recent[state.trips % recentTrips] = took
  state.trips += 1
  if (frame !== null && sentMilliseconds >= state.framesSinceMilliseconds)
    state.frame = Math.max(state.frame, frame)
}

/**
 * A node did not answer, or not in time: it is left alone for a second, and longer each time, up to half a minute.
 * Whatever was under way when it failed fails with it, and counts as one.
 */
export function failed(state: NodeState, sentMilliseconds: number, nowMilliseconds: number): void {
  if (state.failures > 0 && sentMilliseconds < state.countedAtMilliseconds) return
  if (state.failures === 0) state.failedAtMilliseconds = nowMilliseconds
  state.failures += 1
  state.countedAtMilliseconds = nowMilliseconds
  forgetStreams(state.streams)
  const seconds = Math.min(longestLeftSeconds, 2 ** (state.failures - 1))
  state.leftUntilMilliseconds = nowMilliseconds + seconds * 1_000
}

const recentTrips = 64
const longestLeftSeconds = 30

/** How long 95 of 100 trips take at most; null as long as there were few. */
export function p95Milliseconds({ recent }: NodeState): number | null {
  if (recent.length < recentTrips / 2) return null
  const sorted = [...recent].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * 0.95)] ?? null
}

/** The database is in this history. Where that is another one than was known, somebody else noticed first. */
export function entersHistory(cluster: Cluster, epoch: string): void {
  if (cluster.epoch !== null && cluster.epoch !== epoch) rewound(cluster)
  cluster.epoch = epoch
  cluster.former = cluster.former.filter((each) => each !== epoch)
}

/** Of a history that this isolate never heard of it cannot be told whether it is over, or has just begun. */
export function noteOver(cluster: Cluster, epoch: string): void {
  cluster.former = [epoch, ...cluster.former.filter((each) => each !== epoch)].slice(0, mostFormer)
}

const mostFormer = 8

/**
 * The history that was known is over. What was known of frames is of another one: they are counted anew. And what is open may
 * lead to files that are not there any more.
 */
export function rewound(cluster: Cluster): void {
  if (cluster.epoch !== null) noteOver(cluster, cluster.epoch)
  cluster.epoch = null
  cluster.looks = []
  for (const state of [cluster.primary, ...cluster.replicas]) {
    state.frame = 0
    state.framesSinceMilliseconds = Date.now()
    forgetStreams(state.streams)
  }
}

/** After so many failures in a row the primary counts as lost. */
const lostAfter = 3

/** Whether the primary has failed again and again, and is to be left alone now. */
export function isLost({ primary }: Cluster, nowMilliseconds: number): boolean {
  return primary.failures >= lostAfter && primary.leftUntilMilliseconds > nowMilliseconds
}

function stateOf(node: Node, mostStreams: number): NodeState {
  return {
    node,
    streams: streamsOf(mostStreams),
    waits: new Set(),
    milliseconds: null,
    recent: [],
    trips: 0,
    frame: 0,
    framesSinceMilliseconds: Number.NEGATIVE_INFINITY,
    failures: 0,
    failedAtMilliseconds: 0,
    countedAtMilliseconds: 0,
    leftUntilMilliseconds: 0,
    answeredAtMilliseconds: null,
  }
}
