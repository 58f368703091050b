import type { Context } from 'hono'
import type { Caching } from '../engine/keep/kept.ts'
import { read } from '../engine/read.ts'
import type { Caller } from '../model/caller/caller.ts'
import { cursorScope, openCursor, sealCursor } from './cursor.ts'
import type { RestEnv } from './env.ts'
import type { Page } from './parse/page.ts'
import { parseRead } from './parse/request/read.ts'
import { presentRead } from './present/read.ts'
import { queryOf, refuseOtherSchema } from './target.ts'

/** `GET` of a list or an item: one trip. */
export async function answerRead(
  context: Context<RestEnv>,
  key: readonly string[] | null,
): Promise<Response> {
  const [timing, database, caller, server] = [
    context.get('timing'),
    context.get('database'),
    context.get('caller'),
    context.get('server'),
  ]
  const { url, raw } = context.req
  refuseOtherSchema(raw.headers.get('accept-profile'))
  const parsed = parseRead({
    resource: context.req.param('resource') ?? '',
    key,
    query: queryOf(url),
    headers: raw.headers,
    limits: server.limits,
  })
  timing.mark('parse')
  const { serverSecret } = server.settings
  const cursor =
    parsed.cursor === null ? null : openCursor(serverSecret, cursorScope(caller, new URL(url)), parsed.cursor)
  const { consistency } = parsed.prefer
  const caching = cachingOf(context)
  const rows = await read(
    parsed.request,
    { cursor, consistency },
    { ...server, database, caller, timing, caching },
  )
  if (rows.kept !== null) context.set('cacheStatus', rows.kept.status)
  const isFull = key === null && rows.mark !== null && rows.rows === parsed.page.limit
  const next = isFull ? nextPage(new URL(url), parsed.page, caller, serverSecret, rows.mark) : null
  return presentRead(rows, parsed, next, raw.headers.get('if-none-match'))
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

/** Null where an operator switched it off. */
function cachingOf(context: Context<RestEnv>): Caching | null {
  const { settings, store, flights, schema } = context.get('server')
  if (!settings.isCaching) return null
  const later = (work: Promise<void>): void => context.executionCtx.waitUntil(work)
  return { store, flights, schema, tenant: settings.tenant, later }
}
