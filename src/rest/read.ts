import type { Context } from 'hono'
import type { Later } from '../base/clock.ts'
import type { Settings } from '../base/settings.ts'
import type { Caching } from '../engine/keep/fill.ts'
import { read } from '../engine/read.ts'
import type { Caller } from '../model/caller/caller.ts'
import { cursorScope, openCursor, sealCursor } from './cursor.ts'
import type { RestEnv } from './env.ts'
import type { Page } from './parse/page.ts'
import { readParser } from './parse/request/known.ts'
import type { ParsedRead } from './parse/request/read.ts'
import { type Presented, presentedRead, respondRead } from './present/read.ts'
import { queryOf, refuseOtherSchema } from './target.ts'

type ReadAction = (context: Context<RestEnv>, key: readonly string[] | null) => Promise<Response>

/** `GET` of a list or an item: one trip, or none when the answer was kept. */
export function readAction(): ReadAction {
  const parse = readParser()
  // A body of its own, as that of CSV, would be held for each spelling of the request that anybody thinks of.
  const presentedOnce = rememberedOf<Presented>((made, body) => made.body.buffer === body.buffer)
  const nextOnce = rememberedOf<string | null>()
  return async (context, key) => {
    const [timing, database, caller, server] = [
      context.get('timing'),
      context.get('database'),
      context.get('caller'),
      context.get('server'),
    ]
    const { url, raw } = context.req
    const resource = context.req.param('resource') ?? ''
    refuseOtherSchema(raw.headers.get('accept-profile'))
    const parsed = parse({
      resource,
      key,
      query: queryOf(url),
      headers: raw.headers,
      limits: server.limits,
    })
    timing.mark('parse')
    const { serverSecret } = server.settings
    const cursor =
      parsed.cursor === null
        ? null
        : openCursor(
            serverSecret,
            cursorScope(caller, listUrl(server.settings, resource, url)),
            parsed.cursor,
          )
    const { consistency } = parsed.prefer
    const shards = context.get('shards')
    const asked = { ...server, database, shards, caller, timing, caching: cachingOf(context) }
    const rows = await read(parsed.request, { cursor, consistency }, asked)
    if (rows.kept !== null) context.set('cacheStatus', rows.kept.status)
    const { kept, body, mark } = rows
    const present = (): Presented => presentedRead(rows, parsed)
    const isFull = key === null && rows.rows === parsed.page.limit
    const next = (): string | null =>
      isFull && mark !== null
        ? nextPage(listUrl(server.settings, resource, url), parsed.page, caller, serverSecret, mark)
        : null
    // What is told of one answer is the same for all who share it; a cursor is only for who is nobody in particular.
    const presented = kept?.isShared === true ? presentedOnce(body, parsed, present) : present()
    return respondRead(presented, rows, {
      next: kept?.isPublic === true ? nextOnce(body, parsed, next) : next(),
      ifNoneMatch: raw.headers.get('if-none-match'),
    })
  }
}

/**
 * What was made of an answer and a request is kept for as long as both are.
 * @param mayKeep whether it holds no memory of its own to speak of
 */
function rememberedOf<T>(
  mayKeep: (made: T, body: Uint8Array) => boolean = () => true,
): (body: Uint8Array, parsed: ParsedRead, make: () => T) => T {
  const known = new WeakMap<Uint8Array, WeakMap<ParsedRead, { readonly made: T }>>()
  return (body, parsed, make) => {
    const ofBody = known.get(body) ?? new WeakMap<ParsedRead, { readonly made: T }>()
    known.set(body, ofBody)
    const before = ofBody.get(parsed)
    if (before !== undefined) return before.made
    const made = make()
    if (mayKeep(made, body)) ofBody.set(parsed, { made })
    return made
  }
}

/** The same query behind its last row: a relative reference, so that no forged Host gets into it. */
function nextPage(url: URL, page: Page, caller: Caller, secret: string, lastKey: string): string {
  const cursor = sealCursor(secret, cursorScope(caller, url), lastKey)
  url.searchParams.delete('offset')
  // The page may have come from a Range header, which a link does not carry.
  if (page.limitGiven) url.searchParams.set('limit', String(page.limit))
  url.searchParams.set('cursor', cursor)
  return `${url.pathname}${url.search}`
}

/** A path may be written in many ways, and what is kept of an answer is told to all: its links are written in one. */
function listUrl({ apiUrl }: Settings, resource: string, url: string): URL {
  return new URL(`${apiUrl}/rest/v1/${encodeURIComponent(resource)}?${queryOf(url)}`)
}

/** Null where an operator switched it off. */
function cachingOf(context: Context<RestEnv>): Caching | null {
  const { settings, store, flights, lately, standing, schema, realm, report } = context.get('server')
  if (!settings.isCaching) return null
  const later: Later = (work) => context.executionCtx.waitUntil(work)
  return { store, flights, lately, standing, schema, realm, report, later }
}
