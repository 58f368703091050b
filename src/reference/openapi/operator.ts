import type { Reference } from '../reference.ts'
import { type JsonObject, refTo, refusals } from './json.ts'

/** What sign-in has beyond GoTrue's endpoints for users, and what it has for the bearer of the secret key. */
export function operatorPaths(asker: Reference['asker']): JsonObject {
  return pathsOf(asker === 'service' ? [...ofUsers, ...ofOperators] : ofUsers)
}

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Below `/auth/v1`. */
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly status: 200 | 201 | 204
  readonly refused: readonly number[]
  readonly isUsers?: true
  readonly isPaged?: true
  /** Members of the body, each with what it is. */
  readonly body?: JsonObject
  /** Which of them must be there; absent: the whole body may be left out. */
  readonly required?: readonly string[]
}

const text: JsonObject = { type: 'string' }
const texts: JsonObject = { type: 'array', items: text }
const user: JsonObject = {
  role: text,
  email: { type: 'string', format: 'email' },
  password: { type: 'string', format: 'password' },
  email_confirm: { type: 'boolean' },
  user_metadata: { type: 'object' },
  app_metadata: { type: 'object', description: '`roles` are roles beside `role`' },
  ban_duration: { type: 'string', description: '`none`, or a duration such as `24h`' },
}

const ofUsers: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/user/sessions', id: 'list_own_sessions', isUsers: true, status: 200 },
    summary: 'Where the user is signed in',
    refused: [401, 403, 503],
  },
  {
    ...{
      method: 'delete',
      path: '/user/sessions/{session}',
      id: 'end_own_session',
      isUsers: true,
      status: 204,
    },
    summary: 'Sign out there',
    refused: [401, 403, 404, 503],
  },
]

const ofOperators: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/admin/users', id: 'admin_list_users', isPaged: true, status: 200 },
    summary: 'Users, the newest first',
    refused: [400, 401, 403, 503],
  },
  {
    ...{ method: 'post', path: '/admin/users', id: 'admin_create_user', status: 200 },
    summary: 'Make a user',
    refused: [400, 401, 403, 413, 415, 422, 503],
    body: { id: { type: 'string', format: 'uuid' }, ...user },
    required: ['email'],
  },
  {
    ...{ method: 'get', path: '/admin/users/{id}', id: 'admin_get_user_by_id', status: 200 },
    summary: 'A user',
    refused: [401, 403, 404, 503],
  },
  {
    ...{ method: 'put', path: '/admin/users/{id}', id: 'admin_update_user_by_id', status: 200 },
    summary: 'Change a user: rights and bans hold at once',
    refused: [400, 401, 403, 404, 413, 415, 422, 503],
    body: user,
    required: [],
  },
  {
    ...{ method: 'delete', path: '/admin/users/{id}', id: 'admin_delete_user', status: 200 },
    summary: 'Delete a user, or what names them',
    refused: [400, 401, 403, 404, 409, 413, 415, 503],
    body: { should_soft_delete: { type: 'boolean' } },
  },
  {
    ...{ method: 'get', path: '/admin/users/{id}/factors', id: 'admin_list_factors_of_user', status: 200 },
    summary: "A user's second factors",
    refused: [401, 403, 404, 503],
  },
  {
    ...{
      method: 'delete',
      path: '/admin/users/{id}/factors/{factor}',
      id: 'admin_delete_factor',
      status: 200,
    },
    summary: 'Take a second factor away',
    refused: [401, 403, 404, 503],
  },
  {
    ...{ method: 'get', path: '/admin/users/{id}/sessions', id: 'admin_list_sessions_of_user', status: 200 },
    summary: 'Where a user is signed in',
    refused: [401, 403, 404, 503],
  },
  {
    ...{
      method: 'delete',
      path: '/admin/users/{id}/sessions',
      id: 'admin_end_sessions_of_user',
      status: 204,
    },
    summary: 'Sign a user out everywhere',
    refused: [401, 403, 404, 503],
  },
  {
    ...{
      method: 'delete',
      path: '/admin/users/{id}/sessions/{session}',
      id: 'admin_end_session_of_user',
      status: 204,
    },
    summary: 'Sign a user out there',
    refused: [401, 403, 404, 503],
  },
  {
    ...{ method: 'get', path: '/admin/audit', id: 'admin_list_audit', isPaged: true, status: 200 },
    summary: 'What happened to accounts, the latest first',
    refused: [400, 401, 403, 503],
  },
  {
    ...{ method: 'get', path: '/admin/api-keys', id: 'admin_list_api_keys', isPaged: true, status: 200 },
    summary: 'API keys of machines, without the keys',
    refused: [400, 401, 403, 503],
  },
  {
    ...{ method: 'post', path: '/admin/api-keys', id: 'admin_create_api_key', status: 201 },
    summary: 'Make a machine and its key, which is shown once',
    refused: [400, 401, 403, 413, 415, 503],
    body: { name: text, roles: texts, resources: texts, expires_in_days: { type: 'number' } },
    required: ['name', 'roles'],
  },
  {
    ...{ method: 'post', path: '/admin/api-keys/{id}/rotate', id: 'admin_rotate_api_key', status: 201 },
    summary: 'Another key of the same rights; the old one is good for a while',
    refused: [400, 401, 403, 404, 409, 413, 415, 503],
    body: { overlap_hours: { type: 'number', default: 24 } },
  },
  {
    ...{ method: 'delete', path: '/admin/api-keys/{id}', id: 'admin_revoke_api_key', status: 204 },
    summary: 'End a key',
    refused: [401, 403, 404, 503],
  },
]

function pathsOf(operations: readonly Operation[]): JsonObject {
  const paths = new Map<string, JsonObject>()
  for (const operation of operations) {
    const path = `/auth/v1${operation.path}`
    paths.set(path, { ...paths.get(path), [operation.method]: describe(operation) })
  }
  return Object.fromEntries(paths)
}

function describe({
  id,
  path,
  summary,
  status,
  refused,
  isUsers,
  isPaged,
  body,
  required,
}: Operation): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const parameters: readonly JsonObject[] = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: text })),
    ...(isPaged === true ? ['page', 'per_page'] : []).map((name) => ({
      ...{ name, in: 'query' },
      schema: { type: 'integer', minimum: 1 },
    })),
  ]
  const isOne = path === '/admin/users/{id}' && id !== 'admin_delete_user'
  const schema = isOne || id === 'admin_create_user' ? refTo('schemas', 'User') : {}
  const answer = status === 204 ? {} : { content: { 'application/json': { schema } } }
  return {
    security: [isUsers === true ? { apikey: [], bearer: [] } : { apikey: [] }],
    tags: ['auth'],
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: required !== undefined,
        content: {
          'application/json': { schema: { type: 'object', required: required ?? [], properties: body } },
        },
      },
    }),
    responses: { [status]: { description: 'Done', ...answer }, ...refusals(...refused) },
  }
}
