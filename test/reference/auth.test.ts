import { expect, test } from 'vitest'
import { authRoutesOf } from '../../src/auth/routes.ts'
import { backend, google, oauth, oauthServer, passkeys, totp } from '../../src/index.ts'
import { undescribed } from '../../src/reference/openapi/auth/paths.ts'

const everything = backend({
  name: 'Everything',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [],
  auth: {
    features: [
      totp(),
      passkeys({ rpName: 'Everything' }),
      oauth({ providers: [google()] }),
      oauthServer({ consentUrl: 'https://everything.example/consent', dynamicRegistration: true }),
    ],
  },
})

test('something is said of every endpoint of sign-in, whatever features a backend has', () => {
  const routes = authRoutesOf(everything)
  expect(routes.length).toBeGreaterThan(50)
  expect(undescribed(routes)).toEqual([])
})
