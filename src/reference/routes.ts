import type { Context } from 'hono'
import { type Hono, hono } from '../base/http/hono.ts'
import { type Representation, representation, respond } from '../base/http/representation.ts'
import { boundedMap } from '../base/memory/bounded-map.ts'
import { Problem } from '../base/problem.ts'
import { translated } from '../engine/sql-error.ts'
import type { Audience } from '../model/caller/audience.ts'
import { prefersHtml } from './accept.ts'
import { askingAudience, type ReferenceEnv, type ReferenceServer } from './asker.ts'
import { openapi } from './openapi/document.ts'
import { docsPage } from './page/docs.ts'
import { type Home, homePage } from './page/home.ts'
import { contentSecurityPolicy } from './page/layout.ts'
import { describe } from './reference.ts'

type Action = (context: Context<ReferenceEnv>) => Response | Promise<Response>

/**
 * What this server says of itself. Trips: `/health` one; the reference one for a user and none for the others;
 * `/` none.
 */
export function referenceRoutes(): Hono<ReferenceEnv> {
  const app = hono<ReferenceEnv>()
  const document = forAudience(openapiOf)
  const routes: readonly (readonly [path: string, action: Action])[] = [
    ['/', home],
    ['/health', health],
    ['/docs', forAudience(docsOf)],
    ['/openapi.json', document],
  ]
  // Where PostgREST has it; other methods there are the dialect's own.
  app.get('/rest/v1', document)
  app.get('/rest/v1/', document)
  for (const [path, action] of routes) {
    app.get(path, action)
    app.all(path, () => {
      throw new Problem('PGRST117', { headers: { allow: 'GET, HEAD, OPTIONS' } })
    })
  }
  return app
}

type Make = (server: ReferenceServer, audience: Audience) => Representation

/** There are as many audiences as roles, and three; and each tenant has a URL of its own. */
const mostKept = 64

/** What is the same for all callers of an audience is made once. */
function forAudience(make: Make): Action {
  const kept = boundedMap<Representation>(mostKept)
  return async (context) => {
    const audience = await askingAudience(context)
    const server = context.get('server')
    const name = `${server.settings.tenant} ${audience.key}`
    const made = kept.get(name) ?? make(server, audience)
    kept.set(name, made)
    return respond(made, context.req.raw.headers)
  }
}

const vary = 'Authorization, apikey'

function openapiOf({ settings, limits, model }: ReferenceServer, audience: Audience): Representation {
  const document = openapi(describe(model, audience), { apiUrl: settings.apiUrl, limits })
  return representation(JSON.stringify(document), { 'content-type': 'application/json; charset=utf-8', vary })
}

function docsOf({ settings, limits, model }: ReferenceServer, audience: Audience): Representation {
  const document = docsPage(describe(model, audience), { apiUrl: settings.apiUrl, limits })
  return representation(document, { ...htmlHeaders(), vary })
}

function home(context: Context<ReferenceEnv>): Response {
  const { settings, model } = context.get('server')
  const { headers } = context.req.raw
  const { name, description } = model.declaration
  const links = { docs: '/docs', openapi: '/openapi.json', health: '/health' }
  const says: Home = { name, description: description ?? null, links: absolute(links, settings.apiUrl) }
  const made = prefersHtml(headers.get('accept'))
    ? representation(homePage({ ...says, links }), { ...htmlHeaders(), vary: 'Accept' })
    : representation(JSON.stringify(says), {
        'content-type': 'application/json; charset=utf-8',
        vary: 'Accept',
      })
  return respond(made, headers)
}

function absolute(links: Home['links'], apiUrl: string): Home['links'] {
  return Object.fromEntries(Object.entries(links).map(([name, path]) => [name, `${apiUrl}${path}`]))
}

function htmlHeaders(): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(),
  }
}

/** @throws Problem UNAVAILABLE_DATABASE, DATABASE_TIMEOUT */
async function health(context: Context<ReferenceEnv>): Promise<Response> {
  const timing = context.get('timing')
  timing.mark('parse')
  await translated(() => context.get('database').run({ sql: 'select 1', args: [] }, timing))
  timing.mark('db')
  return context.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' })
}
