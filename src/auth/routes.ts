import { Hono } from 'hono/tiny'
import { Problem } from '../base/problem.ts'
import { health, jwks, settings } from './actions/about.ts'
import { logout } from './actions/logout.ts'
import { refresh } from './actions/refresh.ts'
import { signIn } from './actions/sign-in.ts'
import { signUp } from './actions/signup.ts'
import { getUser } from './actions/user.ts'
import type { AuthContext, AuthEnv } from './context.ts'

type Action = (context: AuthContext) => Response | Promise<Response>

/** Every path has one method. */
const routes: readonly (readonly [path: string, method: 'GET' | 'POST', action: Action])[] = [
  ['/signup', 'POST', signUp],
  ['/token', 'POST', token],
  ['/user', 'GET', getUser],
  ['/logout', 'POST', logout],
  ['/.well-known/jwks.json', 'GET', jwks],
  ['/settings', 'GET', settings],
  ['/health', 'GET', health],
]

/**
 * GoTrue's endpoints, to be mounted at `/auth/v1`: what `auth-js` calls, as it calls it.
 * Trips: `token?grant_type=password` two, the last three none, the others one.
 */
export function authRoutes(): Hono<AuthEnv> {
  const app = new Hono<AuthEnv>()
  app.use(apiVersion)
  for (const [path, method, action] of routes) {
    app.on(method, path, action)
    app.all(path, () => {
      throw new Problem('PGRST117', { headers: { allow: allowedIn(path) } })
    })
  }
  app.all('*', () => {
    throw new Problem('NOT_FOUND')
  })
  return app
}

/** The value of `Allow` (RFC 9110 §10.2.1) at a path of these routes. */
export function allowedIn(path: string): string {
  const [, method] = routes.find(([known]) => known === path) ?? []
  return method === undefined ? 'OPTIONS' : `${method === 'GET' ? 'GET, HEAD' : method}, OPTIONS`
}

/** `auth-js` reads `code` as the code of an error only from this version on. */
async function apiVersion(context: AuthContext, next: () => Promise<void>): Promise<void> {
  await next()
  context.header('x-supabase-api-version', '2024-01-01')
}

const grants: ReadonlyMap<string, Action> = new Map([
  ['password', signIn],
  ['refresh_token', refresh],
])

function token(context: AuthContext): Response | Promise<Response> {
  const [name, ...more] = context.req.queries('grant_type') ?? []
  const grant = name === undefined || more.length > 0 ? undefined : grants.get(name)
  if (grant === undefined) {
    throw new Problem('unsupported_grant_type', {
      message: `grant_type must be one of ${[...grants.keys()].join(', ')}.`,
    })
  }
  return grant(context)
}
