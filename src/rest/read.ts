import type { Context } from 'hono'
import type { Settings } from '../base/settings.ts'
import type { Caching } from '../engine/keep/kept.ts'
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
  const known = new WeakMap<Uint8Array, WeakMap<ParsedRead, Presented>>()
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
    const present = (): Presented => {
      const isFull = key === null && rows.mark !== null && rows.rows === parsed.page.limit
      const next = isFull
        ? nextPage(listUrl(server.settings, resource, url), parsed.page, caller, serverSecret, rows.mark)
        : null
      return presentedRead(rows, parsed, next)
    }
    // What anonymous callers are told of one answer is the same for all of them, its cursor too.
    const presented = rows.kept?.isPublic === true ? once(known, rows.body, parsed, present) : present()
    return respondRead(presented, rows, raw.headers.get('if-none-match'))
  }
}

function once(
  known: WeakMap<Uint8Array, WeakMap<ParsedRead, Presented>>,
  body: Uint8Array,
  parsed: ParsedRead,
  present: () => Presented,
): Presented {
  const ofBody = known.get(body) ?? new WeakMap<ParsedRead, Presented>()
  known.set(body, ofBody)
  const presented = ofBody.get(parsed) ?? present()
  ofBody.set(parsed, presented)
  return presented
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
  const { settings, store, flights, schema } = context.get('server')
  if (!settings.isCaching) return null
  const later = (work: Promise<void>): void => context.executionCtx.waitUntil(work)
  return { store, flights, schema, tenant: settings.tenant, later }
}
