import { backend, passkeys, totp } from '../../../src/index.ts'

/** People, and nothing else: what the sign-in page of development is tried with. */
export default backend({
  name: 'Sign-in <trial>',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [],
  auth: { confirmEmail: true, features: [totp(), passkeys({ rpName: 'Trial' })] },
})
