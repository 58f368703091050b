import { createApp } from '../../src/app.ts'
import {
  backend,
  github,
  importedHashes,
  oauth,
  oauthServer,
  passkeys,
  totp,
  turnstile,
} from '../../src/index.ts'

/** A backend that takes in all there is. */
export default createApp(
  backend({
    name: 'Everything',
    roles: { member: [] },
    defaultRole: 'member',
    resources: [],
    auth: {
      captcha: turnstile(),
      password: { imported: importedHashes() },
      features: [
        totp(),
        passkeys(),
        oauth({ providers: [github()] }),
        oauthServer({ consentUrl: 'http://app.test/consent' }),
      ],
    },
  }),
)

export { Throttle } from '../../src/auth/throttle/object.ts'
