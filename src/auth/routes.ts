import { type Hono, hono } from '../base/http/hono.ts'
import { once } from '../base/memory/once.ts'
import { Problem } from '../base/problem.ts'
import type { BackendDeclaration } from '../declare/backend.ts'
import { health, jwks, settings } from './actions/about.ts'
import { discovery } from './actions/discovery.ts'
import { logout } from './actions/logout.ts'
import { refresh } from './actions/refresh.ts'
import { signIn } from './actions/sign-in.ts'
import { signUp } from './actions/signup.ts'
import { getUser } from './actions/user.ts'
import { adminRoutes } from './admin/routes.ts'
import { identifyForAuth, requireSecretKey, userCaller } from './caller.ts'
import { requireCaptcha } from './captcha/captcha.ts'
import { exchangeCode } from './code/exchange.ts'
import type { Action, AuthContext, AuthEnv } from './context.ts'
import { deviceRoutes } from './devices/routes.ts'
import { type AuthRoute, type Feature, featuresOf, type Method } from './feature.ts'
import { machineRoutes } from './machine/routes.ts'
import { mailedRoutes } from './mailed/routes.ts'
import { calm } from './throttle/throttle.ts'
import { updateUser } from './update/user.ts'
import { requireRedirectUrls } from './url/redirect.ts'

/** What every backend has. */
const routes: readonly AuthRoute[] = [
  { path: '/signup', access: 'key', methods: { POST: signUp } },
  ...mailedRoutes,
  { path: '/user', access: 'user', methods: { GET: getUser, PUT: updateUser } },
  { path: '/logout', access: 'user', methods: { POST: logout } },
  { path: '/.well-known/jwks.json', access: 'open', methods: { GET: jwks } },
  { path: '/.well-known/openid-configuration', access: 'open', methods: { GET: discovery } },
  { path: '/.well-known/oauth-authorization-server', access: 'open', methods: { GET: discovery } },
  { path: '/settings', access: 'open', methods: { GET: settings } },
  { path: '/health', access: 'open', methods: { GET: health } },
  ...adminRoutes,
  ...deviceRoutes,
  ...machineRoutes,
]

const grants: Readonly<Record<string, Action>> = {
  password: signIn,
  refresh_token: refresh,
  pkce: exchangeCode,
}

/** GoTrue's endpoints, to be mounted at `/auth/v1`: what `auth-js` calls, as it calls it. */
export function authRoutes(backend: BackendDeclaration): Hono<AuthEnv> {
  requireRedirectUrls(backend)
  const app = hono<AuthEnv>()
  app.use(apiVersion)
  app.use(calm)
  app.use(requireCaptcha)
  for (const { path, access, methods } of authRoutesOf(backend)) {
    const actions = new Map<string, Action>(Object.entries(methods))
    // One pattern for each path: to make them is much of what sign-in costs at start-up.
    app.all(path, async (context) => {
      const { method } = context.req
      const action = actions.get(method === 'HEAD' ? 'GET' : method)
      if (action === undefined) throw new Problem('PGRST117', { headers: { allow: allowOf(methods) } })
      await admit(context, access)
      return action(context)
    })
  }
  app.all('*', () => {
    throw new Problem('NOT_FOUND')
  })
  return app
}

/** To be mounted at `/.well-known`: of an issuer with a path, that stands behind the well-known name (RFC 8414 §3.1). */
export function wellKnownRoutes(): Hono<AuthEnv> {
  return hono<AuthEnv>().get('/oauth-authorization-server/auth/v1', discovery)
}

/** All of a backend's routes, as they are served. */
export function authRoutesOf(backend: BackendDeclaration): readonly AuthRoute[] {
  const features = featuresOf(backend.auth?.features)
  const all = new Map(Object.entries(grants))
  for (const feature of features)
    for (const [name, grant] of Object.entries(feature.grants ?? {})) all.set(name, grant)
  const token: AuthRoute = { path: '/token', access: 'key', methods: { POST: tokenAction(all) } }
  return [token, ...routes, ...features.flatMap((feature) => feature.routes), ...factorRoutesOf(features)]
}

/** Of all kinds together; none where there is no kind. */
function factorRoutesOf(features: readonly Feature[]): readonly AuthRoute[] {
  const factors = features.flatMap((feature) => feature.factors ?? [])
  return factors[0]?.routes(Object.assign({}, ...factors.map(({ kinds }) => kinds))) ?? []
}

/** By path, the value of `Allow` (RFC 9110 §10.2.1). */
export function allowedAtAuth(backend: BackendDeclaration): (path: string) => string {
  const known = once(() =>
    authRoutesOf(backend).map(({ path, methods }) => ({
      pattern: new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`),
      allow: allowOf(methods),
    })),
  )
  return (path) => known().find(({ pattern }) => pattern.test(path))?.allow ?? 'OPTIONS'
}

function allowOf(methods: AuthRoute['methods']): string {
  const names = Object.keys(methods) as Method[]
  return [...names.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])), 'OPTIONS'].join(', ')
}

/** @throws Problem PGRST302, bad_jwt, no_authorization or not_admin */
async function admit(context: AuthContext, access: AuthRoute['access']): Promise<void> {
  if (access === 'open') return
  const { settings, keys, clock } = context.get('server')
  context.set('caller', await identifyForAuth(context.req.raw.headers, settings, keys, clock))
  if (access === 'user') userCaller(context)
  if (access === 'service') requireSecretKey(context)
}

/** `auth-js` reads `code` as the code of an error only from this version on. */
async function apiVersion(context: AuthContext, next: () => Promise<void>): Promise<void> {
  await next()
  context.header('x-supabase-api-version', '2024-01-01')
}

function tokenAction(known: ReadonlyMap<string, Action>): Action {
  return (context) => {
    const [name, ...more] = context.req.queries('grant_type') ?? []
    const grant = name === undefined || more.length > 0 ? undefined : known.get(name)
    if (grant !== undefined) return grant(context)
    throw new Problem('unsupported_grant_type', {
      message: `grant_type must be one of ${[...known.keys()].join(', ')}.`,
    })
  }
}
