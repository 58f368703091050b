import {
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
  redirectTo,
  text,
  texts,
  user,
} from './describe.ts'

const account = {
  ...{ role: text, email, password, email_confirm: flag, user_metadata: object },
  app_metadata: { type: 'object', description: '`roles` are roles beside `role`' },
  ban_duration: { type: 'string', description: '`none`, or a duration such as `24h`' },
}
const number = { type: 'integer', minimum: 1 }
const pages = [inQuery('page', 'Counted from 1.', number), inQuery('per_page', 'How many on a page.', number)]
const mailed = {
  type: 'string',
  enum: ['signup', 'invite', 'magiclink', 'recovery', 'email_change_current', 'email_change_new'],
}

/** What the bearer of the secret key may do. */
export const admin = (): Descriptions => ({
  'GET /admin/users': {
    id: 'admin_list_users',
    summary: 'Users, the newest first',
    query: pages,
    answers: one('Users, with how many there are'),
  },
  'POST /admin/users': {
    id: 'admin_create_user',
    summary: 'Make a user',
    body: { required: ['email'], members: { id: { type: 'string', format: 'uuid' }, ...account } },
    answers: user,
  },
  'GET /admin/users/:id': { id: 'admin_get_user_by_id', summary: 'A user', answers: user },
  'PUT /admin/users/:id': {
    id: 'admin_update_user_by_id',
    summary: 'Change a user: rights and bans hold at once',
    body: { members: account },
    answers: user,
  },
  'DELETE /admin/users/:id': {
    id: 'admin_delete_user',
    summary: 'Delete a user, or what names them',
    body: { members: { should_soft_delete: flag } },
    answers: done,
  },
  'GET /admin/users/:id/factors': {
    id: 'admin_list_factors_of_user',
    summary: "A user's second factors",
    answers: many('Factors'),
  },
  'DELETE /admin/users/:id/factors/:factor': {
    id: 'admin_delete_factor',
    summary: 'Take a second factor away',
    answers: one('The factor'),
  },
  'GET /admin/users/:id/passkeys': {
    id: 'admin_list_passkeys_of_user',
    summary: "A user's passkeys",
    answers: many('Passkeys'),
  },
  'DELETE /admin/users/:id/passkeys/:passkey': {
    id: 'admin_delete_passkey',
    summary: 'Take a passkey away',
    answers: { ...done, ...nothing },
  },
  'GET /admin/users/:id/sessions': {
    id: 'admin_list_sessions_of_user',
    summary: 'Where a user is signed in',
    answers: many('Sessions'),
  },
  'DELETE /admin/users/:id/sessions': {
    id: 'admin_end_sessions_of_user',
    summary: 'Sign a user out everywhere',
    answers: nothing,
  },
  'DELETE /admin/users/:id/sessions/:session': {
    id: 'admin_end_session_of_user',
    summary: 'Sign a user out there',
    answers: nothing,
  },
  'POST /invite': {
    id: 'invite',
    summary: 'Make a user who is to confirm, and send the mail for it',
    query: [redirectTo],
    body: { required: ['email'], members: { email, data: object } },
    answers: user,
  },
  'POST /admin/generate_link': {
    id: 'generate_link',
    summary: 'Make a link and a code for who sends mails themselves',
    query: [redirectTo],
    body: {
      required: ['type', 'email'],
      members: { type: mailed, email, new_email: email, password, data: object },
    },
    answers: one('The link, the code, and the user'),
  },
  'GET /admin/audit': {
    id: 'admin_list_audit',
    summary: 'What happened to accounts, the latest first',
    query: pages,
    answers: many('Events'),
  },
  'GET /admin/api-keys': {
    id: 'admin_list_api_keys',
    summary: 'API keys of machines, without the keys',
    query: pages,
    answers: many('Keys'),
  },
  'POST /admin/api-keys': {
    id: 'admin_create_api_key',
    summary: 'Make a machine and its key, which is shown once',
    body: {
      required: ['name', 'roles'],
      members: { name: text, roles: texts, resources: texts, expires_in_days: { type: 'number' } },
    },
    answers: { 201: json('The key', object) },
  },
  'POST /admin/api-keys/:id/rotate': {
    id: 'admin_rotate_api_key',
    summary: 'Another key of the same rights; the old one is good for a while',
    body: { members: { overlap_hours: { type: 'number', default: 24 } } },
    answers: { 201: json('The key', object) },
  },
  'DELETE /admin/api-keys/:id': { id: 'admin_revoke_api_key', summary: 'End a key', answers: nothing },
})
