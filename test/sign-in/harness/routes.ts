import { authRoutesOf } from '../../../src/auth/routes.ts'
import backend from '../backend/index.ts'

/** A request to a route that the Worker lists, with something in the place of each parameter. */
export interface Listed {
  readonly method: string
  readonly path: string
  /** Who may come: data are for who has a key. */
  readonly access: 'open' | 'key' | 'user' | 'service'
}

const nobody = '00000000-0000-7000-8000-0000000000ff'

/** All routes of data and of sign-in. */
export function listedRoutes(): readonly Listed[] {
  const auth = authRoutesOf(backend).flatMap(({ path, access, methods }) =>
    Object.keys(methods).map((method) => ({
      method,
      access,
      path: `/auth/v1${path.replaceAll(/:\w+/g, nobody)}`,
    })),
  )
  return [...dataRoutes, ...auth]
}

const dataRoutes: readonly Listed[] = [
  { method: 'GET', path: '/rest/v1/notes', access: 'key' },
  { method: 'GET', path: '/rest/v1/notes?select=id,body&limit=1', access: 'key' },
  { method: 'GET', path: `/rest/v1/notes/${nobody}`, access: 'key' },
  { method: 'POST', path: '/rest/v1/notes', access: 'key' },
  { method: 'PATCH', path: '/rest/v1/notes?body=eq.x', access: 'key' },
  { method: 'DELETE', path: '/rest/v1/notes?body=eq.x', access: 'key' },
  { method: 'PUT', path: `/rest/v1/notes/${nobody}`, access: 'key' },
  { method: 'POST', path: '/rest/v1/', access: 'key' },
  { method: 'POST', path: '/rest/v1/rpc/my_notes', access: 'key' },
  { method: 'GET', path: '/rest/v1/rpc/my_notes', access: 'key' },
  { method: 'GET', path: '/rest/v1/', access: 'key' },
]
