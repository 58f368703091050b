import {
  type Descriptions,
  done,
  flag,
  inQuery,
  json,
  many,
  nothing,
  object,
  one,
  redirect,
  redirectTo,
  text,
  texts,
} from './describe.ts'

const client = {
  ...{ client_name: text, client_uri: text, logo_uri: text, scope: text },
  ...{ redirect_uris: texts, grant_types: texts, response_types: texts, token_endpoint_auth_method: text },
}
const asked = [
  inQuery('provider', 'One of `external` in the settings.', text, true),
  redirectTo,
  inQuery('scopes', 'Asked of the provider, too.'),
  inQuery('code_challenge', 'RFC 7636'),
  inQuery('code_challenge_method', 'S256'),
]
const answered = [
  inQuery('state', 'As it was sent.'),
  inQuery('code', 'Of the provider.'),
  inQuery('error', 'Or why not.'),
]
const registration = {
  summary: 'Register an app (RFC 7591), where the backend lets everybody do so',
  body: { required: ['redirect_uris'], members: client },
  answers: { 201: json('The client', object) },
}
const aboutUser = { summary: 'Who an app acts for (OpenID Connect Core §5.3)', answers: one('Claims') }

/** Sign-in by other parties, and of other parties. */
export const elsewhere = (): Descriptions => ({
  'GET /authorize': {
    id: 'sign_in_elsewhere',
    summary: 'Go to a provider to sign in',
    query: asked,
    answers: redirect,
  },
  'GET /callback': {
    id: 'come_back',
    summary: 'Where a provider sends people back to',
    query: answered,
    answers: redirect,
  },
  'POST /callback': {
    id: 'come_back_by_form',
    summary: 'The same, of a provider that posts a form',
    form: { members: { state: text, code: text, error: text, user: text } },
    answers: redirect,
  },
  'GET /user/identities/authorize': {
    id: 'link_identity',
    summary: 'Go to a provider to link an account there',
    query: [...asked, inQuery('skip_http_redirect', 'Answer the URL instead.', flag)],
    answers: { ...one('The URL'), ...redirect },
  },
  'DELETE /user/identities/:id': {
    id: 'unlink_identity',
    summary: 'Unlink an account elsewhere',
    answers: { ...done, ...nothing },
  },
  'GET /.well-known/openid-configuration': {
    id: 'discover_openid',
    summary: 'Issuer, keys and endpoints (OpenID Connect Discovery)',
    answers: one('The document'),
  },
  'GET /.well-known/oauth-authorization-server': {
    id: 'discover_oauth',
    summary: 'The same as RFC 8414 has it',
    answers: one('The document'),
  },
  'GET /oauth/authorize': {
    id: 'authorize_app',
    summary: 'Where an app sends its users, to be let in (OAuth 2.1, authorization code with PKCE)',
    query: [
      inQuery('client_id', 'Of the app.', text, true),
      inQuery('redirect_uri', 'One that the app registered.', text, true),
      inQuery('response_type', '`code`', text, true),
      inQuery('code_challenge', 'RFC 7636', text, true),
      inQuery('code_challenge_method', 'S256', text, true),
      inQuery('scope', 'Separated by spaces.'),
      inQuery('state', 'Comes back.'),
      inQuery('nonce', 'Comes back in the ID token.'),
      inQuery('resource', 'RFC 8707'),
    ],
    answers: redirect,
  },
  'GET /oauth/authorizations/:id': {
    id: 'get_authorization',
    summary: 'What an app asks for, for the user to decide',
    answers: one('The request'),
  },
  'POST /oauth/authorizations/:id/consent': {
    id: 'decide_authorization',
    summary: 'Let the app in, or not',
    body: { required: ['action'], members: { action: { type: 'string', enum: ['approve', 'deny'] } } },
    answers: one('Where to go on'),
  },
  'POST /oauth/token': {
    id: 'get_app_token',
    summary: 'Tokens for an app (RFC 6749 §3.2)',
    form: {
      required: ['grant_type'],
      members: {
        ...{ grant_type: text, code: text, redirect_uri: text, code_verifier: text, refresh_token: text },
        ...{ client_id: text, client_secret: text, resource: text },
      },
    },
    answers: one('Tokens'),
  },
  'GET /oauth/userinfo': { id: 'get_userinfo', ...aboutUser },
  'POST /oauth/userinfo': { id: 'post_userinfo', ...aboutUser },
  'POST /oauth/register': { id: 'register_app', ...registration },
  'POST /oauth/clients/register': { id: 'register_app_as_gotrue', ...registration },
  'GET /user/oauth/grants': {
    id: 'list_grants',
    summary: 'Apps that the user let in',
    answers: many('Grants'),
  },
  'DELETE /user/oauth/grants': {
    id: 'revoke_grant',
    summary: 'Put an app out: its sessions end',
    query: [inQuery('client_id', 'Of the app.', text, true)],
    answers: { ...done, ...nothing },
  },
  'GET /admin/oauth/clients': {
    id: 'admin_list_apps',
    summary: 'Apps',
    query: [
      inQuery('page', 'Counted from 1.', { type: 'integer' }),
      inQuery('per_page', 'How many.', { type: 'integer' }),
    ],
    answers: one('Apps'),
  },
  'POST /admin/oauth/clients': {
    id: 'admin_create_app',
    summary: 'Make an app; its secret is shown once',
    body: { required: ['client_name', 'redirect_uris'], members: client },
    answers: { 201: json('The app', object) },
  },
  'GET /admin/oauth/clients/:id': { id: 'admin_get_app', summary: 'An app', answers: one('The app') },
  'PUT /admin/oauth/clients/:id': {
    id: 'admin_update_app',
    summary: 'Change an app',
    body: { members: client },
    answers: one('The app'),
  },
  'DELETE /admin/oauth/clients/:id': {
    id: 'admin_delete_app',
    summary: 'Remove an app: its sessions end',
    answers: { ...done, ...nothing },
  },
  'POST /admin/oauth/clients/:id/regenerate_secret': {
    id: 'admin_regenerate_secret',
    summary: 'Another secret; the old one is good for nothing any more',
    answers: one('The app, with its secret'),
  },
})
