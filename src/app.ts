import type { Context, MiddlewareHandler } from 'hono'
import { getPath } from 'hono/utils/url'
import { identify, inAuthDialect, machineKeyIn } from './auth/caller.ts'
import { keyUses, type NoteUse } from './auth/machine/use.ts'
import { allowedAtAuth, authRoutes, wellKnownRoutes } from './auth/routes.ts'
import { type Hono, hono } from './base/http/hono.ts'
import { Problem, problemResponse } from './base/problem.ts'
import type { Bindings } from './base/settings.ts'
import type { Statement } from './base/statement.ts'
import { startTiming, type Timing } from './base/timing.ts'
import { connect, type Database } from './database/client.ts'
import { SqlError } from './database/hrana/outcome.ts'
import type { Shard } from './database/shard/nodes.ts'
import type { BackendDeclaration, TenantsDeclaration } from './declare/backend.ts'
import type { CacheStatus } from './engine/keep/kept.ts'
import { withDatabase } from './freshness.ts'
import type { Caller } from './model/caller/caller.ts'
import { devPage } from './reference/dev.ts'
import { referenceRoutes } from './reference/routes.ts'
import { methodsAt, restRoutes } from './rest/routes.ts'
import { createServer, createTenantServers, type Server } from './server.ts'
import { pathBehindTenant } from './tenant/named.ts'
import { createTenancy, tenantNotReady } from './tenant/tenancy.ts'

interface AppEnv {
  Bindings: Bindings
  Variables: {
    timing: Timing
    requestId: string
    server: Server
    database: Database
    shards: readonly Shard[]
    caller: Caller
    sessionId: string
    cacheStatus: CacheStatus
    isDevPage: boolean
  }
}

/** The HTTP surface: middleware in its order, one line for each dialect. */
export function createApp(backend: BackendDeclaration): Hono<AppEnv> {
  const app = hono<AppEnv>(
    backend.tenants?.from === 'path' ? { getPath: (request) => pathBehindTenant(getPath(request)) } : {},
  )
  app.onError(problem)
  app.notFound((context) => problem(new Problem('NOT_FOUND'), context))
  app.use(commonHeaders)
  app.use(preflight(allowedAtAuth(backend)))
  app.use(withServer(createServer(backend)))
  app.use('/dev/*', withDevPages)
  if (backend.tenants !== undefined) app.use(withTenant(backend.tenants))
  app.use(withDatabase)
  app.use('/rest/*', withCaller(keyUses()))
  app.route('/', referenceRoutes())
  app.route('/rest/v1', restRoutes())
  app.route('/auth/v1', authRoutes(backend))
  app.route('/.well-known', wellKnownRoutes())
  return app
}

const exposed =
  'Age, Cache-Status, Content-Range, ETag, Idempotency-Replayed, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, Selvage-Bookmark, Selvage-Data-Age, Server-Timing, X-Request-Id, X-Supabase-Api-Version, X-Total-Count'

/** On every answer, errors too: who may read it, what a browser may do with it, how to find it in the logs. */
async function commonHeaders(context: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  const timing = startTiming()
  const requestId = requestIdOf(context.req.raw.headers.get('x-request-id'))
  context.set('timing', timing)
  context.set('requestId', requestId)
  await next()
  timing.mark('present')
  const { headers } = context.res
  if (!context.get('isDevPage')) headers.set('access-control-allow-origin', '*')
  headers.set('access-control-expose-headers', exposed)
  headers.set('x-content-type-options', 'nosniff')
  if (!headers.has('content-security-policy'))
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  headers.set('x-request-id', requestId)
  headers.set('server-timing', timing.header())
}

/** A client may name its request; a name that is none of ours is replaced, so that logs cannot be written from outside. */
function requestIdOf(given: string | null): string {
  return given !== null && /^[\w-]{8,64}$/.test(given) ? given : crypto.randomUUID()
}

/** CORS (https://fetch.spec.whatwg.org/#http-cors-protocol). No cookie carries a right here, so any origin may ask. */
function preflight(allowedInAuth: (path: string) => string): MiddlewareHandler<AppEnv> {
  return async function answerPreflight(context, next) {
    const { method, path, raw } = context.req
    if (method !== 'OPTIONS') return next()
    return new Response(null, {
      status: 204,
      headers: {
        allow: path.startsWith('/auth/v1/') ? allowedInAuth(path.slice('/auth/v1'.length)) : allowedAt(path),
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
        'access-control-allow-headers': raw.headers.get('access-control-request-headers') ?? '*',
        'access-control-max-age': '86400',
      },
    })
  }
}

/** The reference is read; data are written too. */
function allowedAt(path: string): string {
  return path.startsWith('/rest/v1') ? methodsAt(path.slice('/rest/v1'.length)) : 'GET, HEAD, OPTIONS'
}

function withServer(serverOf: (bindings: Bindings) => Promise<Server>): MiddlewareHandler<AppEnv> {
  return async function server(context, next) {
    context.set('server', await serverOf(context.env))
    await next()
  }
}

/** The inbox and the sign-in page of `npm run dev`, and of nothing else. */
const withDevPages: MiddlewareHandler<AppEnv> = async (context, next) => {
  const { devUrl } = context.get('server')
  if (devUrl === null) return next()
  context.set('isDevPage', true)
  return devPage(context.req.raw, devUrl)
}

/** What is the same for all tenants may be asked for without one; all else is refused then, whatever it is. */
const withoutTenant: ReadonlySet<string> = new Set([
  '/',
  '/health',
  '/docs',
  '/openapi.json',
  '/auth/v1/.well-known/jwks.json',
  '/auth/v1/settings',
  '/auth/v1/health',
])

function withTenant(tenants: TenantsDeclaration): MiddlewareHandler<AppEnv> {
  const tenancy = createTenancy(tenants)
  const serverFor = createTenantServers()
  return async function tenant(context, next) {
    const { timing, server, requestId } = context.var
    const { settings, keys, clock } = server
    // The directory as it is at the primary.
    const database = connect({ url: settings.databaseUrl, token: settings.databaseToken, requestId })
    const asked = { request: context.req.raw, bindings: context.env, settings, keys, clock, database, timing }
    const isAuth = context.req.path.startsWith('/auth/')
    const own = await (isAuth ? inAuthDialect(() => tenancy(asked)) : tenancy(asked))
    if (own !== null) context.set('server', serverFor(server, own))
    else if (!withoutTenant.has(context.req.path)) throw new Problem('TENANT_REQUIRED')
    await next()
    if (tenants.from === 'claim') context.res.headers.append('vary', 'Selvage-Tenant')
  }
}

function withCaller(noteUse: NoteUse): MiddlewareHandler<AppEnv> {
  return async function caller(context, next) {
    const { settings, keys, clock } = context.get('server')
    const { headers } = context.req.raw
    context.set('caller', await identify(headers, settings, keys, clock))
    const machineKey = machineKeyIn(headers)
    const used = machineKey === null ? null : noteUse(machineKey, clock.nowMilliseconds())
    if (used !== null) context.executionCtx.waitUntil(writeBeside(context, used))
    await next()
  }
}

/** What no answer waits for, or fails with. */
async function writeBeside(context: Context<AppEnv>, statement: Statement): Promise<void> {
  const requestId = context.get('requestId')
  const { databaseUrl, databaseToken } = context.get('server').settings
  try {
    const database = connect({ url: databaseUrl, token: databaseToken, requestId })
    await database.transact([statement], startTiming())
  } catch (error) {
    logFailure(error, requestId)
  }
}

/** Whatever is thrown becomes a problem document; what nobody meant to throw says nothing, and is logged. */
function problem(error: unknown, context: Context<AppEnv>): Response {
  if (error instanceof Problem && error.code !== 'INTERNAL') return problemResponse(error)
  const cause = error instanceof Problem ? error.cause : error
  logFailure(cause, context.get('requestId'))
  if (context.get('server')?.settings.tenant && isNotMigrated(cause)) return problemResponse(tenantNotReady())
  return problemResponse(
    new Problem('INTERNAL', { hint: `Tell the operator the request id ${context.get('requestId')}.` }),
  )
}

/** A database that was never migrated, or not to what this code needs, or made anew by mistake. */
function isNotMigrated(cause: unknown): boolean {
  return cause instanceof SqlError && /no such (?:table|column)|has no column named/.test(cause.message)
}

/** What failed and where; never its message, which may quote a statement or a value. */
function logFailure(error: unknown, requestId: string): void {
  const known = error instanceof Error ? error : new Error(typeof error)
  const frames = (known.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  const entry = {
    requestId,
    error: known.name,
    code: known instanceof SqlError ? known.code : null,
    frames: frames.slice(0, 8),
  }
  console.error(JSON.stringify(entry))
}
