import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { linkIn } from './mailbox.ts'
import { done, follow, type Person } from './person.ts'
import type { SignInServer } from './server.ts'

/** What may happen to an account, as it happens: through the endpoints, by who may do so. */
export const events = {
  'sign-out': async (_, { own }) => void (await done(own.auth.signOut({ scope: 'global' }))),
  'sign-out others': async (_, { own }) => void (await done(own.auth.signOut({ scope: 'others' }))),
  async 'password reset'(server, person) {
    const { email, factorId } = person
    const { data } = await server.client('secret').auth.admin.generateLink({ type: 'recovery', email })
    const client = server.client()
    const token_hash = data.properties?.hashed_token ?? ''
    await done(client.auth.verifyOtp({ token_hash, type: 'recovery' }))
    await done(client.auth.mfa.challengeAndVerify({ factorId, code: person.totp() }))
    const password = `another ${crypto.randomUUID()}`
    await done(client.auth.updateUser({ password }))
    person.password = password
  },
  async 'e-mail change'(server, { own, email }) {
    const address = `${crypto.randomUUID()}@changed.test`
    const before = server.mailbox.all(email).length
    await done(own.auth.updateUser({ email: address }))
    await follow(linkIn(await server.mailbox.after(email, before)))
    await follow(linkIn(await server.mailbox.after(address, 0)))
  },
  'factor removed': async (_, { own, factorId }) => void (await done(own.auth.mfa.unenroll({ factorId }))),
  async suspension(server, { id, apiKeyId }) {
    await administer(server, `users/${id}`, 'PUT', { ban_duration: '24h' })
    await administer(server, `api-keys/${apiKeyId}`, 'DELETE')
  },
  'role loss': (server, { id }) => administer(server, `users/${id}`, 'PUT', { role: 'member' }),
  async erasure(server, { id, apiKeyId }) {
    await administer(server, `users/${id}`, 'DELETE', {})
    await administer(server, `api-keys/${apiKeyId}`, 'DELETE')
  },
  async 'key retired'(server) {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const kid = await calculateJwkThumbprint(await exportJWK(publicKey))
    const key = { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }
    await server.rebind({ SIGNING_KEYS: JSON.stringify([key]) })
  },
} satisfies Record<string, (server: SignInServer, person: Person) => Promise<void>>

export type Event = keyof typeof events

async function administer(server: SignInServer, path: string, method: string, body?: object): Promise<void> {
  const key = server.bindings.SECRET_KEY ?? ''
  const { status } = await server.ask(`/auth/v1/admin/${path}`, { key, method, body })
  if (status >= 300) throw new Error(`${method} ${path} is answered ${status}`)
}
