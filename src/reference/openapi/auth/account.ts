import {
  challenge,
  type Descriptions,
  done,
  email,
  flag,
  inQuery,
  json,
  many,
  nothing,
  object,
  one,
  password,
  redirect,
  redirectTo,
  session,
  text,
  user,
} from './describe.ts'

const mailed = {
  type: 'string',
  enum: ['signup', 'email', 'magiclink', 'recovery', 'invite', 'email_change'],
}

/** Password and mail, and who one is. */
export const account = (): Descriptions => ({
  'POST /signup': {
    id: 'sign_up',
    summary: 'Sign up; where addresses are confirmed by mail, the answer is a user without a session',
    body: {
      members: {
        ...{ email, password, ...challenge },
        data: { type: 'object', description: 'Kept as `user_metadata`' },
      },
    },
    answers: { 200: json('A session, or a user who is to confirm', object) },
  },
  'POST /token': {
    id: 'get_token',
    summary: 'Sign in with what the body holds, or get new tokens for a refresh token',
    query: [
      inQuery(
        'grant_type',
        'What the body holds: `password`, `refresh_token`, `pkce` (`auth_code`, `code_verifier`), `id_token`.',
        text,
        true,
      ),
    ],
    body: {
      members: {
        ...{ email, password, refresh_token: text, auth_code: text, code_verifier: text },
        ...{ provider: text, id_token: text, access_token: text, nonce: text },
      },
    },
    answers: session,
  },
  'POST /otp': {
    id: 'send_one_time_code',
    summary: 'Send a link and a code to sign in with',
    query: [redirectTo],
    body: { required: ['email'], members: { email, create_user: flag, data: object, ...challenge } },
    answers: done,
  },
  'POST /magiclink': {
    id: 'send_magic_link',
    summary: 'Send a link and a code to sign in with',
    query: [redirectTo],
    body: { required: ['email'], members: { email, data: object, ...challenge } },
    answers: done,
  },
  'POST /recover': {
    id: 'send_recovery',
    summary: 'Send a link and a code to choose a new password with',
    query: [redirectTo],
    body: { required: ['email'], members: { email, ...challenge } },
    answers: done,
  },
  'POST /resend': {
    id: 'resend',
    summary: 'Send the mail of a sign-up, or of a change of address, again',
    query: [redirectTo],
    body: {
      required: ['type', 'email'],
      members: { type: { type: 'string', enum: ['signup', 'email_change'] }, email },
    },
    answers: done,
  },
  'GET /verify': {
    id: 'open_link',
    summary: 'Where the link of a mail leads: it signs in, and leads on',
    query: [
      inQuery('token', 'Of the link.', text, true),
      inQuery('type', 'What it is for.', mailed, true),
      redirectTo,
    ],
    answers: {
      303: { description: 'The way goes on, with tokens in the fragment, or with a code' },
      ...redirect,
    },
  },
  'POST /verify': {
    id: 'verify_code',
    summary: 'Sign in with a code, or with the token of a link',
    body: { required: ['type'], members: { type: mailed, email, token: text, token_hash: text } },
    answers: session,
  },
  'GET /reauthenticate': {
    id: 'reauthenticate',
    summary: 'Send a code, by which a new password may be chosen in an old session',
    answers: done,
  },
  'GET /user': { id: 'get_user', summary: 'The user who asks', answers: user },
  'PUT /user': {
    id: 'update_user',
    summary: 'Change password, address or data of the user who asks',
    query: [redirectTo],
    body: { members: { email, password, nonce: text, data: object, ...challenge } },
    answers: user,
  },
  'POST /logout': {
    id: 'log_out',
    summary: 'End sessions: their tokens are refused from now on',
    query: [
      inQuery('scope', 'Which sessions of the user end: all, this one, or all but this one.', {
        type: 'string',
        enum: ['global', 'local', 'others'],
        default: 'global',
      }),
    ],
    answers: nothing,
  },
  'GET /user/sessions': {
    id: 'list_sessions',
    summary: 'Sessions of the user who asks, with device and place',
    answers: many('Sessions'),
  },
  'DELETE /user/sessions/:session': { id: 'end_session', summary: 'End one of them', answers: nothing },
  'GET /.well-known/jwks.json': {
    id: 'get_jwks',
    summary: 'Public keys of access tokens (RFC 7517)',
    answers: {
      200: {
        description: 'A set of keys',
        content: { 'application/jwk-set+json': { schema: object } },
      },
    },
  },
  'GET /settings': {
    id: 'get_auth_settings',
    summary: 'Which ways of signing in are open',
    answers: one('Settings'),
  },
  'GET /health': { id: 'get_auth_health', summary: 'Whether sign-in answers', answers: one('It does') },
})
