import type { Acme } from './acme.ts'
import type { IssuerAccount } from './issuer.ts'

const password = 'correct horse battery staple'

/** People at the provider, as they are made, and people here who have come by a password. */
export function people(acme: () => Acme) {
  const accounts: Record<string, IssuerAccount> = {}
  let count = 0
  return {
    accounts,
    somebody(verified = true) {
      count += 1
      const sub = `person-${count}`
      accounts[sub] = { email: `${sub}@elsewhere.example`, email_verified: verified }
      return sub
    },
    async owner(flowType: 'pkce' | 'implicit' = 'pkce') {
      count += 1
      const client = acme().server.client({ flowType })
      const { data } = await client.signUp({ email: `owner-${count}@example.com`, password })
      return { client, id: data.user?.id ?? '', email: `owner-${count}@example.com` }
    },
  }
}
