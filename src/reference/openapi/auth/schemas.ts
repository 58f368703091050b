import { type JsonObject, refTo } from '../json.ts'

const text: JsonObject = { type: 'string' }

/** What sign-in answers. */
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
