import { isNotNull } from 'drizzle-orm'
import { backend, oauthServer, passkeys, procedure, role, totp } from '../../../src/index.ts'
import notes, { notes as notesTable } from './notes.ts'

const my_notes = procedure({
  policy: role('member'),
  readOnly: true,
  returns: notesTable,
  handler: ({ db }) => db.rows(notesTable, isNotNull(notesTable.id)),
})

const often = { most: 100_000, seconds: 1 }
const unlimited = { network: often, pair: often, account: often }

/** Every way in that needs nobody else, over one resource. */
export default backend({
  name: 'Selvage <sign-in>',
  roles: { member: [], staff: ['member'] },
  defaultRole: 'member',
  resources: [notes],
  procedures: { my_notes },
  auth: {
    confirmEmail: true,
    redirectUrls: ['http://app.test/callback'],
    features: [totp(), passkeys(), oauthServer({ consentUrl: 'http://app.test/consent' })],
    // Tests come from one address, and do things more often than people.
    throttles: {
      sign_in: unlimited,
      sign_up: unlimited,
      anonymous: unlimited,
      refresh: unlimited,
      mail: unlimited,
      verify: unlimited,
      factor: unlimited,
    },
  },
})
