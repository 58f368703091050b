import { backend, passkeys, totp } from '../../../src/index.ts'

/** People with second factors and passkeys, who need not confirm their addresses. */
export default backend({
  name: 'Sign-in of two steps',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [],
  auth: { features: [totp(), passkeys({ rpName: 'Trial' })] },
})
