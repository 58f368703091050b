import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import type { Clock } from '../base/clock.ts'
import type { Limits } from '../base/limits.ts'
import { Problem } from '../base/problem.ts'
import type { Settings } from '../base/settings.ts'
import type { Timing } from '../base/timing.ts'
import type { Plans } from '../engine/plans.ts'
import { type ReadContext, read } from '../engine/read.ts'
import type { Caller } from '../model/caller.ts'
import type { Model } from '../model/model.ts'
import { cursorScope, openCursor, sealCursor } from './cursor.ts'
import type { Page } from './parse/page.ts'
import { parseRead } from './parse/request.ts'
import { presentRead } from './present.ts'

/** What the middleware in front of `restRoutes` has set on Hono's context. */
export interface RestEnv {
  Variables: {
    readonly timing: Timing
    readonly database: ReadContext['database']
    readonly caller: Caller
    readonly server: RestServer
  }
}

export interface RestServer {
  readonly settings: Settings
  readonly model: Model
  readonly plans: Plans
  readonly clock: Clock
  readonly limits: Limits
}

/** PostgREST's dialect, to be mounted at `/rest/v1`. One trip for each read. */
export function restRoutes(): Hono<RestEnv> {
  const app = new Hono<RestEnv>()
  app.get('/:resource', (context) => answer(context, null))
  app.get('/:resource/:key', (context) => answer(context, keyOf(context)))
  for (const path of ['/:resource', '/:resource/:key']) {
    app.all(path, () => {
      throw new Problem('PGRST117', { headers: { allow: 'GET, HEAD, OPTIONS' } })
    })
  }
  app.all('*', () => {
    throw new Problem('PGRST125')
  })
  return app
}

async function answer(context: Context<RestEnv>, key: readonly string[] | null): Promise<Response> {
  const [timing, database, caller, server] = [
    context.get('timing'),
    context.get('database'),
    context.get('caller'),
    context.get('server'),
  ]
  const { url, raw } = context.req
  const question = url.indexOf('?')
  refuseOtherSchemas(raw.headers)
  const parsed = parseRead({
    resource: context.req.param('resource') ?? '',
    key,
    query: question === -1 ? '' : url.slice(question + 1),
    headers: raw.headers,
    limits: server.limits,
  })
  timing.mark('parse')
  const { serverSecret } = server.settings
  const cursor =
    parsed.cursor === null ? null : openCursor(serverSecret, cursorScope(caller, new URL(url)), parsed.cursor)
  const rows = await read(parsed.request, cursor, { ...server, database, caller, timing })
  const isFull = rows.lastKey !== null && rows.rows === parsed.page.limit
  const next = isFull ? nextPage(new URL(url), parsed.page, caller, serverSecret, rows.lastKey) : null
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

/** Parts of a composite key stand in the path in the key's order, with commas between them. */
function keyOf(context: Context<RestEnv>): readonly string[] {
  const last = context.req.path.slice(context.req.path.lastIndexOf('/') + 1)
  try {
    return last.split(',').map((part) => decodeURIComponent(part))
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new Problem('PGRST125', { message: 'The key in the path is not well-formed percent-encoding' })
  }
}

/** Clients name PostgreSQL's default schema; there is no other. */
function refuseOtherSchemas(headers: Headers): void {
  const profile = headers.get('accept-profile')
  if (profile !== null && profile !== 'public') {
    throw new Problem('PGRST106', {
      message: `Invalid schema: ${profile}`,
      hint: 'Only the schema public is served.',
    })
  }
}
