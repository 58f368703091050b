import type { AuthRoute } from '../../../auth/feature.ts'
import { once } from '../../../base/memory/once.ts'
import { type JsonObject, refusals } from '../json.ts'
import { account } from './account.ts'
import { admin } from './admin.ts'
import type { Described, Descriptions } from './describe.ts'
import { elsewhere } from './elsewhere.ts'
import { factor } from './factor.ts'

const descriptions = once((): Descriptions => ({ ...account(), ...factor(), ...elsewhere(), ...admin() }))

/** GoTrue's endpoints, as `auth/routes.ts` lists them for a backend. */
export function authPaths(routes: readonly AuthRoute[]): JsonObject {
  return Object.fromEntries(
    routes.map(({ path, access, methods }) => [
      `/auth/v1${path.replace(/:(\w+)/g, '{$1}')}`,
      Object.fromEntries(
        Object.keys(methods).map((method) => [
          method.toLowerCase(),
          operation(`${method} ${path}`, path, access),
        ]),
      ),
    ]),
  )
}

/** Routes of which nothing is said: there should be none. */
export function undescribed(routes: readonly AuthRoute[]): readonly string[] {
  return routes
    .flatMap(({ path, methods }) => Object.keys(methods).map((method) => `${method} ${path}`))
    .filter((route) => descriptions()[route] === undefined)
}

function operation(route: string, path: string, access: AuthRoute['access']): JsonObject {
  const described = descriptions()[route]
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return {
    security: securityOf(access),
    tags: ['auth'],
    operationId: described?.id ?? route.toLowerCase().replace(/\W+/g, '_'),
    summary: described?.summary ?? route,
    ...((inPath.length > 0 || described?.query !== undefined) && {
      parameters: [...inPath, ...(described?.query ?? [])],
    }),
    ...bodyOf(described),
    responses: { ...(described?.answers ?? {}), ...refusalsOf(access, described) },
  }
}

function bodyOf(described: Described | undefined): JsonObject {
  const { body, form } = described ?? {}
  const given = body ?? form
  if (given === undefined) return {}
  const { required = [], members } = given
  const schema: JsonObject = { type: 'object', properties: members, ...(required.length > 0 && { required }) }
  const mediaType = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
  return { requestBody: { required: required.length > 0, content: { [mediaType]: { schema } } } }
}

function securityOf(access: AuthRoute['access']): readonly JsonObject[] {
  switch (access) {
    case 'open':
      return []
    case 'key':
    case 'service':
      return [{ apikey: [] }]
    case 'user':
      return [{ apikey: [], bearer: [] }]
  }
}

function refusalsOf(access: AuthRoute['access'], described: Described | undefined): JsonObject {
  const ofBody = described?.body === undefined && described?.form === undefined ? [] : [413, 415, 422]
  return access === 'open' && ofBody.length === 0
    ? refusals(400, 503)
    : refusals(400, 401, 403, 404, ...ofBody, 503)
}
