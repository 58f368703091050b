import { type Descriptions, done, json, many, nothing, object, one, session, text } from './describe.ts'

const name = { friendly_name: text }

/** Second factors and passkeys. */
export const factor = (): Descriptions => ({
  'POST /factors': {
    id: 'enroll_factor',
    summary: 'Begin to add a second factor',
    body: {
      required: ['factor_type'],
      members: { factor_type: { type: 'string', enum: ['totp', 'webauthn'] }, ...name, issuer: text },
    },
    answers: one('The factor, and for TOTP its secret'),
  },
  'DELETE /factors/:id': { id: 'unenroll_factor', summary: 'Remove a second factor', answers: one('Its id') },
  'POST /factors/:id/challenge': {
    id: 'challenge_factor',
    summary: 'Begin to show a second factor',
    body: { members: { webauthn: object } },
    answers: one('The challenge'),
  },
  'POST /factors/:id/verify': {
    id: 'verify_factor',
    summary: 'Show a second factor: the session is of two factors from now on',
    body: { required: ['challenge_id'], members: { challenge_id: text, code: text, webauthn: object } },
    answers: session,
  },
  'GET /factors/recovery-codes': {
    id: 'count_recovery_codes',
    summary: 'How many recovery codes are left',
    answers: one('How many'),
  },
  'POST /factors/recovery-codes': {
    id: 'make_recovery_codes',
    summary: 'Make recovery codes, which are shown once',
    answers: one('The codes'),
  },
  'POST /factors/recovery-codes/regenerate': {
    id: 'renew_recovery_codes',
    summary: 'Make new ones; those from before are good for nothing',
    answers: one('The codes'),
  },
  'DELETE /factors/recovery-codes': {
    id: 'remove_recovery_codes',
    summary: 'Have none any more',
    answers: { ...done, ...nothing },
  },
  'POST /factors/recovery-codes/verify': {
    id: 'use_recovery_code',
    summary: 'Show a recovery code in the place of a second factor',
    body: { required: ['code'], members: { code: text } },
    answers: session,
  },
  'POST /passkeys/registration/options': {
    id: 'begin_passkey_registration',
    summary: 'Begin to add a passkey (WebAuthn)',
    answers: one('Options for `navigator.credentials.create`'),
  },
  'POST /passkeys/registration/verify': {
    id: 'end_passkey_registration',
    summary: 'Add a passkey',
    body: {
      required: ['challenge_id', 'credential'],
      members: { challenge_id: text, credential: object, ...name },
    },
    answers: one('The passkey'),
  },
  'POST /passkeys/authentication/options': {
    id: 'begin_passkey_sign_in',
    summary: 'Begin to sign in with a passkey',
    answers: one('Options for `navigator.credentials.get`'),
  },
  'POST /passkeys/authentication/verify': {
    id: 'end_passkey_sign_in',
    summary: 'Sign in with a passkey',
    body: { required: ['challenge_id', 'credential'], members: { challenge_id: text, credential: object } },
    answers: session,
  },
  'GET /passkeys': {
    id: 'list_passkeys',
    summary: 'Passkeys of the user who asks',
    answers: many('Passkeys'),
  },
  'PATCH /passkeys/:id': {
    id: 'rename_passkey',
    summary: 'Give a passkey another name',
    body: { required: ['friendly_name'], members: name },
    answers: { 200: json('The passkey', object) },
  },
  'DELETE /passkeys/:id': {
    id: 'delete_passkey',
    summary: 'Remove a passkey',
    answers: { ...done, ...nothing },
  },
})
