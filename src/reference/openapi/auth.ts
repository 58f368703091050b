import { type JsonObject, refTo, refusals } from './json.ts'

/** GoTrue's endpoints, as `auth/routes.ts` serves them. */
export function authPaths(signUp: boolean): JsonObject {
  return {
    ...(signUp ? { '/auth/v1/signup': { post: signUpOperation } } : {}),
    '/auth/v1/token': { post: tokenOperation },
    '/auth/v1/user': { get: userOperation },
    '/auth/v1/logout': { post: logoutOperation },
    '/auth/v1/.well-known/jwks.json': {
      get: about('get_jwks', 'Public keys of access tokens (RFC 7517)', 'application/jwk-set+json'),
    },
    '/auth/v1/settings': { get: about('get_auth_settings', 'Which ways of signing in are open') },
    '/auth/v1/health': { get: about('get_auth_health', 'Whether sign-in answers') },
  }
}

const tags = ['auth']
const everyone: JsonObject = { security: [] }
const withKey: JsonObject = { security: [{ apikey: [] }] }
const userOnly: JsonObject = { security: [{ apikey: [], bearer: [] }] }
const text: JsonObject = { type: 'string' }
const credentials = {
  email: { type: 'string', format: 'email' },
  password: { type: 'string', format: 'password' },
}
const sessionAnswer = json('A session', refTo('schemas', 'Session'))

const signUpOperation: JsonObject = {
  ...withKey,
  tags,
  operationId: 'sign_up',
  summary: 'Sign up and sign in',
  requestBody: body({
    type: 'object',
    required: ['email', 'password'],
    properties: { ...credentials, data: { type: 'object', description: 'Kept as `user_metadata`' } },
  }),
  responses: { 200: sessionAnswer, ...refusals(400, 401, 413, 415, 422, 503) },
}

const tokenOperation: JsonObject = {
  ...withKey,
  tags,
  operationId: 'get_token',
  summary: 'Sign in with a password, or get new tokens for a refresh token',
  parameters: [
    {
      name: 'grant_type',
      in: 'query',
      required: true,
      description: 'What the body holds.',
      schema: { type: 'string', enum: ['password', 'refresh_token'] },
    },
  ],
  requestBody: body({
    oneOf: [
      { type: 'object', required: ['email', 'password'], properties: credentials },
      { type: 'object', required: ['refresh_token'], properties: { refresh_token: text } },
    ],
  }),
  responses: { 200: sessionAnswer, ...refusals(400, 401, 403, 413, 415, 503) },
}

const userOperation: JsonObject = {
  ...userOnly,
  tags,
  operationId: 'get_user',
  summary: 'The user who asks',
  responses: { 200: json('The user', refTo('schemas', 'User')), ...refusals(401, 403, 503) },
}

const logoutOperation: JsonObject = {
  ...userOnly,
  tags,
  operationId: 'log_out',
  summary: 'End sessions: their tokens are refused from now on',
  parameters: [
    {
      name: 'scope',
      in: 'query',
      description: 'Which sessions of the user end: all, this one, or all but this one.',
      schema: { type: 'string', enum: ['global', 'local', 'others'], default: 'global' },
    },
  ],
  responses: { 204: { description: 'They are over' }, ...refusals(400, 401, 403, 503) },
}

export const authSchemas: JsonObject = {
  Session: {
    type: 'object',
    required: ['access_token', 'token_type', 'expires_in', 'expires_at', 'refresh_token', 'user'],
    properties: {
      access_token: { type: 'string', description: 'A JSON Web Token (RFC 9068)' },
      token_type: { type: 'string', const: 'bearer' },
      expires_in: { type: 'integer', description: 'Seconds' },
      expires_at: { type: 'integer', description: 'Seconds since 1970' },
      refresh_token: { type: 'string', description: 'To be used once' },
      user: refTo('schemas', 'User'),
    },
  },
  User: {
    type: 'object',
    required: ['id', 'aud', 'role', 'email', 'app_metadata', 'user_metadata', 'created_at', 'updated_at'],
    properties: {
      id: text,
      aud: text,
      role: text,
      email: { type: 'string', format: 'email' },
      app_metadata: { type: 'object' },
      user_metadata: { type: 'object' },
      created_at: { type: 'string', format: 'date-time' },
      updated_at: { type: 'string', format: 'date-time' },
    },
  },
}

function about(operationId: string, summary: string, mediaType = 'application/json'): JsonObject {
  return {
    ...everyone,
    tags,
    operationId,
    summary,
    responses: {
      200: { description: summary, content: { [mediaType]: { schema: { type: 'object' } } } },
      // The settings of the server can be wrong.
      ...refusals(503),
    },
  }
}

function body(schema: JsonObject): JsonObject {
  return { required: true, content: { 'application/json': { schema } } }
}

function json(description: string, schema: JsonObject): JsonObject {
  return { description, content: { 'application/json': { schema } } }
}
