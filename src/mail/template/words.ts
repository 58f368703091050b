import type { Letter } from '../../declare/auth/mail.ts'

/** What one mail says. `{product}` and `{email}` stand for what they name; what happened when stands below the lines. */
export interface Words {
  readonly subject: string
  readonly lines: readonly string[]
  /** The label of the link. */
  readonly action?: string
  /** Below all else, for who did not expect the mail. */
  readonly otherwise: string
}

const ignore = 'If it was not you, you can ignore this mail: without it nothing happens.'
const alarm = 'If it was not you, set a new password now, and look through your sessions.'

/** The words of each mail. */
export const words: Readonly<Record<Letter['about'], Words>> = {
  confirmation: {
    subject: 'Confirm your address for {product}',
    lines: ['Somebody signed up to {product} with this address. Confirm that it was you:'],
    action: 'Confirm the address',
    otherwise: ignore,
  },
  magic_link: {
    subject: 'Sign in to {product}',
    lines: ['By this link you sign in to {product}, once:'],
    action: 'Sign in',
    otherwise: ignore,
  },
  recovery: {
    subject: 'Set a new password for {product}',
    lines: ['Somebody asked to set a new password for your account at {product}:'],
    action: 'Set a new password',
    otherwise: ignore,
  },
  invite: {
    subject: 'You are invited to {product}',
    lines: ['You have been invited to {product}:'],
    action: 'Accept the invitation',
    otherwise: 'If you do not know {product}, you can ignore this mail.',
  },
  email_change_current: {
    subject: 'Confirm your new address for {product}',
    lines: [
      'Your account at {product} is to have the address {email} instead of this one. Confirm that you want that:',
    ],
    action: 'Confirm the change',
    otherwise: alarm,
  },
  email_change_new: {
    subject: 'Confirm your new address for {product}',
    lines: ['An account at {product} is to have this address. Confirm that it is yours:'],
    action: 'Confirm the address',
    otherwise: ignore,
  },
  reauthentication: {
    subject: 'Your code for {product}',
    lines: ['With this code you confirm that it is you who changes your account at {product}:'],
    otherwise: alarm,
  },
  new_sign_in: {
    subject: 'New sign-in to {product}',
    lines: ['Somebody signed in to your account at {product} from a device that was not seen there before.'],
    otherwise: alarm,
  },
  password_changed: {
    subject: 'Your password for {product} was changed',
    lines: ['The password of your account at {product} was changed.'],
    otherwise: alarm,
  },
  email_changed: {
    subject: 'Your address for {product} was changed',
    lines: ['Your account at {product} has another address now. This mail went to the one it had.'],
    otherwise: 'If it was not you, tell the people of {product}.',
  },
  factor_added: {
    subject: 'A second factor was added at {product}',
    lines: ['Your account at {product} has one more way to confirm that it is you.'],
    otherwise: alarm,
  },
  factor_removed: {
    subject: 'A second factor was removed at {product}',
    lines: ['Your account at {product} has one way less to confirm that it is you.'],
    otherwise: alarm,
  },
  identity_linked: {
    subject: 'An account was linked at {product}',
    lines: ['You can now sign in to {product} by one more account elsewhere.'],
    otherwise: alarm,
  },
  identity_unlinked: {
    subject: 'An account was unlinked at {product}',
    lines: ['You can no longer sign in to {product} by an account elsewhere that was linked.'],
    otherwise: alarm,
  },
  recovery_code_used: {
    subject: 'A recovery code was used at {product}',
    lines: ['Somebody signed in to your account at {product} with one of its recovery codes.'],
    otherwise: alarm,
  },
  sign_up_of_known: {
    subject: 'You have an account at {product} already',
    lines: [
      'Somebody signed up to {product} with this address, which has an account. Nothing was changed.',
      'If it was you, sign in, or have a new password set.',
    ],
    otherwise: ignore,
  },
}
