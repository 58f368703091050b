import { afterAll, beforeAll, expect, test } from 'vitest'
import { passkeys, totp } from '../../../src/index.ts'
import { softAuthenticator } from '../passkey/authenticator.ts'
import { startAuthServer, type TestAuthServer } from '../server.ts'
import { password, signedUp } from '../someone.ts'
import { asked, codeOf, enrolBody, enrolled, shown, tokenOf } from './authenticator.ts'

let server: TestAuthServer
beforeAll(async () => {
  server = await startAuthServer({ auth: { features: [totp(), passkeys()] } })
})
afterAll(() => server.stop())

const refused = { status: 403, code: 'insufficient_aal' }

async function pendingToken(email: string): Promise<string> {
  const { data } = await server.client().signInWithPassword({ email, password })
  return data.session?.access_token ?? ''
}

/** Registers a security key for a factor that was begun before. */
async function registered(token: string, userId: string, factorId: string) {
  const path = `/factors/${factorId}`
  const { members } = await asked(server, token, 'POST', `${path}/challenge`)
  const { id, webauthn } = JSON.parse(JSON.stringify(members))
  const { challenge } = webauthn.credential_options.publicKey
  const credential = softAuthenticator(userId).create({ challenge, isUserVerified: false })
  const body = { challenge_id: id, webauthn: { type: 'create', credential_response: credential } }
  return asked(server, token, 'POST', `${path}/verify`, body)
}

test('a key that somebody began who knew the password is no way round the factor that the owner has since', async () => {
  const one = await signedUp(server)
  const began = await asked(
    server,
    await pendingToken(one.email),
    'POST',
    '/factors',
    enrolBody('a', 'webauthn'),
  )
  const planted = String(began.members.id)
  await shown(server, one, await enrolled(one))
  const { id } = one.session.user
  expect(await registered(await pendingToken(one.email), id, planted)).toMatchObject(refused)
  expect(await registered(await tokenOf(one), id, planted)).toMatchObject({ status: 200 })
})

test('nor is a code of an app', async () => {
  const one = await signedUp(server)
  const token = one.session.access_token
  const planted = await enrolled(one)
  const key = await asked(server, token, 'POST', '/factors', enrolBody('key', 'webauthn'))
  expect(await registered(token, one.session.user.id, String(key.members.id))).toMatchObject({ status: 200 })
  const pending = await pendingToken(one.email)
  const challenge = await asked(server, pending, 'POST', `/factors/${planted.id}/challenge`)
  const body = { challenge_id: challenge.members.id, code: codeOf(server, planted.secret) }
  expect(await asked(server, pending, 'POST', `/factors/${planted.id}/verify`, body)).toMatchObject(refused)
})
