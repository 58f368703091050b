import type { Context } from 'hono'
import type { Later } from './base/clock.ts'
import { isLater } from './base/history/moment.ts'
import { rememberedSeconds } from './base/history/remembered.ts'
import { once } from './base/memory/once.ts'
import { Problem } from './base/problem.ts'
import type { Place, Settings } from './base/settings.ts'
import { startTiming, type Timing } from './base/timing.ts'
import type { Writing } from './cache/session/memory.ts'
import { type Bookmark, openBookmark, sealBookmark } from './database/bookmark.ts'
import { connectTo, type Database } from './database/client.ts'
import { isTickless, type Reader } from './database/fresh/freshness.ts'
import { connectShards, type Shard } from './database/shard/nodes.ts'
import { renewStreams } from './database/trip/renewal.ts'
import type { CacheStatus } from './engine/keep/kept.ts'
import type { Caller } from './model/caller/caller.ts'
import { prefers } from './rest/parse/prefer.ts'
import { cacheHeaders } from './rest/present/caching.ts'
import type { Server } from './server.ts'

/** By these a client knows, and says, how new its data are. */
const bookmarkHeader = 'selvage-bookmark'
const dataAgeHeader = 'selvage-data-age'
const cookieName = 'selvage-bookmark'
const inCookies = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]*)`)

export interface FreshnessEnv {
  Variables: {
    requestId: string
    timing: Timing
    server: Server
    database: Database
    shards: readonly Shard[]
    caller: Caller
    /** Of a session that this request begins, or goes on with. */
    sessionId: string
    cacheStatus: CacheStatus | undefined
  }
}

/**
 * The database as this request is to see it: no older than the bookmark that it brings, or than the last write of its
 * session. An answer to a write, and to who reads with `Prefer: consistency=session`, carries the bookmark to bring
 * next time.
 * @throws Problem BOOKMARK_INVALID
 */
export async function withDatabase(context: Context<FreshnessEnv>, next: () => Promise<void>): Promise<void> {
  const { settings, realm, cluster, shards, sessions, store, plans, model } = context.get('server')
  const { headers } = context.req.raw
  const brought = broughtIn(headers, settings.serverSecret)
  const later: Later = (work) => context.executionCtx.waitUntil(work)
  // Who the caller is shows only later.
  const ownKey = (): string => sessionKey(realm, context.get('caller'), null)
  const reader: Reader = {
    here: cluster.replicas.length === 0 || !('cf' in context.req.raw) ? null : placeOf(context.req.raw.cf),
    bookmark: brought,
    isCookie: brought !== null && !headers.has(bookmarkHeader),
    rememberedLately: () => sessions.lastWriteLately(ownKey(), later),
    remembered: once(() => sessions.lastWrite(ownKey())),
    // Of what others share, this isolate knows too little to set out with.
    recalled: () => (context.get('caller')?.kind === 'user' ? sessions.recall(ownKey()) : 'unknown'),
    isHedged: settings.isHedged,
  }
  const isTold = asksForSession(headers)
  const requestId = context.get('requestId')
  const isRemembering = cluster.replicas.length > 0 || model.watch.tables.size > 0
  const announced = isRemembering ? announcing(context, later) : null
  const database = connectTo({
    ...{ cluster, reader, requestId, watch: once(() => plans.watching(store.known(realm))) },
    tellsReader: isTold || (brought !== null && (brought.tick === 0 || brought.epoch !== cluster.epoch)),
    beforeWriteIsAnswered: async () => {
      await announced?.begin()
    },
  })
  context.set('database', database)
  // What is read and written there is no part of the bookmark, whose frames are those of the main database.
  context.set('shards', connectShards(shards, requestId))
  lookNowAndThen(context, database)
  await next()
  const status = context.get('cacheStatus')
  if (status !== undefined) {
    for (const [name, value] of Object.entries(cacheHeaders(status))) context.res.headers.set(name, value)
  }
  const { written, versions, read, ageSeconds } = database.seen
  await announced?.end(written)
  if (written !== null) {
    // This isolate knows it at once. The others learn it meanwhile: who wrote has a bookmark, or is remembered.
    if (versions !== null) later(store.learn(realm, versions, Date.now(), true))
    tell(context, written, settings)
  } else {
    // What was kept may be read anew meanwhile: that is not what is told. Who brings that next time is owed what the session wrote.
    const isHit = status?.kind === 'hit'
    const owed = isHit && isTold ? await reader.remembered() : null
    const news = newsOf(isHit ? asNewAs(status.readAt, owed) : read, brought, isTold)
    if (news !== null) tell(context, news, settings)
  }
  if (ageSeconds !== null && cluster.replicas.length > 0) {
    context.res.headers.set(dataAgeHeader, String(ageSeconds))
  }
  const settling = sessions.settle(ownKey(), () => database.look(startTiming()))
  if (settling !== null) later(settling)
  renewStreams(cluster, Date.now(), later)
}

interface Begun {
  readonly key: string
  readonly writing: Promise<Writing>
}

/**
 * Other isolates learn of a write of the session while it is on its way, so that its answer waits for that and not for
 * what is told afterwards: meanwhile they ask the primary.
 */
function announcing(context: Context<FreshnessEnv>, later: Later) {
  const { realm, sessions } = context.get('server')
  const keyNow = (): string => sessionKey(realm, context.get('caller'), context.get('sessionId'))
  // All without a session share one: to them nothing is promised but what a bookmark says.
  const nobody = sessionKey(realm, undefined, null)
  let begun: Begun | null = null
  /** Nothing was written, or for another session. */
  const forget = async ({ key, writing }: Begun): Promise<void> =>
    sessions.remember(key, null, await writing).told
  return {
    /** The first write sets out. */
    async begin(): Promise<void> {
      const key = keyNow()
      if (key !== nobody) begun ??= { key, writing: sessions.announce(key) }
      await begun?.writing
    },
    /** The last one has ended. Resolved when the caller may read. */
    async end(written: Bookmark | null): Promise<void> {
      const key = keyNow()
      const own = begun?.key === key && written !== null ? begun : null
      if (begun !== null && own === null) later(forget(begun))
      if (written === null) return
      if (key === nobody) {
        const told = sessions.rememberLately(key, written)
        // Of two writes at once a browser may keep the cookie of the first.
        if (context.req.raw.headers.has('cookie')) await told
        else later(told)
        return
      }
      const { isKnown, told } = sessions.remember(key, written, own === null ? null : await own.writing)
      if (isKnown) later(told)
      else await told
    },
  }
}

function tell(context: Context<FreshnessEnv>, bookmark: Bookmark, { serverSecret }: Settings): void {
  const sealed = sealBookmark(serverSecret, bookmark)
  const { headers } = context.res
  headers.set(bookmarkHeader, sealed)
  if (!context.req.raw.headers.has('cookie')) return
  const attributes = `Path=/; Max-Age=${rememberedSeconds}; HttpOnly; Secure; SameSite=Lax`
  headers.append('set-cookie', `${cookieName}=${sealed}; ${attributes}`)
  // A cache between here and there would give everybody this cookie (RFC 9111 §7.3).
  if (headers.get('cache-control')?.startsWith('public')) headers.set('cache-control', 'private, no-cache')
}

/** A header that is wrong is the client's mistake; a cookie may be of another time, and nobody can take it back. */
function broughtIn(headers: Headers, secret: string): Bookmark | null {
  const header = headers.get(bookmarkHeader)
  if (header !== null) {
    const bookmark = openBookmark(secret, header)
    if (bookmark !== null) return bookmark
    throw new Problem('BOOKMARK_INVALID', {
      hint: 'Send back what the header Selvage-Bookmark of an answer of this server said, or nothing.',
    })
  }
  const cookie = headers.get('cookie')
  const [, sealed] = cookie === null ? [] : (inCookies.exec(cookie) ?? [])
  return sealed === undefined ? null : openBookmark(secret, sealed)
}

/** Who has no session shares one with all others of their kind. */
function sessionKey(realm: string, caller: Caller | undefined, begun: string | null | undefined): string {
  const id = begun ?? (caller?.kind === 'user' ? caller.sessionId : (caller?.kind ?? 'anonymous'))
  return JSON.stringify([realm, id])
}

/** What a reader is to bring next time: when it asks for that, and when what it brought is of a history that is over. */
function newsOf(read: Bookmark | null, brought: Bookmark | null, isTold: boolean): Bookmark | null {
  if (read === null) return null
  if (brought !== null && brought.epoch !== read.epoch) return read
  // By one without a tick nothing that is kept can be found.
  if (brought !== null && isTickless(brought) && read.tick > 0 && !isLater(brought, read)) return read
  if (!isTold) return null
  // What was read was no older than what was brought, though it may be kept since before.
  return brought !== null && isLater(brought, read) ? brought : read
}

/** What was kept since before the last write of a session is as new to it, where nothing that it needs was written since. */
function asNewAs(readAt: Bookmark, owed: Bookmark | 'none' | 'unknown' | null): Bookmark {
  if (owed === null || typeof owed === 'string' || !isLater(owed, readAt)) return readAt
  return owed.epoch === readAt.epoch ? owed : { ...readAt, tick: Math.max(readAt.tick, owed.tick) }
}

/** Also beside another one, as in `consistency=strong, consistency=session`: that is read as the first says, and told. */
function asksForSession(headers: Headers): boolean {
  return prefers(headers.get('prefer'), 'consistency', 'session')
}

/** Where Cloudflare says that the request came in (https://developers.cloudflare.com/workers/runtime-apis/request/). */
function placeOf(cf: unknown): Place | null {
  if (typeof cf !== 'object' || cf === null || !('latitude' in cf) || !('longitude' in cf)) return null
  const [latitude, longitude] = [Number(cf.latitude), Number(cf.longitude)]
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : null
}

const lookEveryMilliseconds = 5_000

/** With several nodes somebody has to know how the primary is. No answer waits for it. Others in the data centre are told. */
function lookNowAndThen(context: Context<FreshnessEnv>, database: Database): void {
  const { cluster, realm, store } = context.get('server')
  const { primary } = cluster
  const now = Date.now()
  if (cluster.replicas.length === 0 || now - cluster.lookingSinceMilliseconds < lookEveryMilliseconds) return
  cluster.lookingSinceMilliseconds = now
  const look = async (): Promise<void> => {
    await database.look(startTiming())
    if (primary.failures > 0) primary.answeredAtMilliseconds ??= await store.heard.of(realm)
    else if (primary.answeredAtMilliseconds !== null)
      await store.heard.tell(realm, primary.answeredAtMilliseconds)
  }
  context.executionCtx.waitUntil(look())
}
