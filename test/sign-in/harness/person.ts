import type { Session, SupabaseClient } from '@supabase/supabase-js'
import { Secret, TOTP } from 'otpauth'
import { codeIn, linkIn } from './mailbox.ts'
import type { Asked, SignInServer } from './server.ts'

/** Everything by which somebody gets in, or stays in. */
export const credentials = [
  'access token',
  'refresh token',
  'API key',
  'magic link',
  'OTP',
  'recovery code',
  'OAuth code',
] as const
export type Credential = (typeof credentials)[number]

/** Somebody with a second factor, who is signed in twice and has one of each credential; and a machine. */
export interface Person {
  readonly id: string
  readonly email: string
  /** The session in which things are done; of aal2. */
  readonly own: SupabaseClient
  readonly factorId: string
  readonly apiKeyId: string
  /** The next code of the factor: none is taken twice. */
  totp(): string
  /** Another password from now on. */
  password: string
  /** Tokens of the other session. */
  readonly other: Session
  works(credential: Credential): Promise<boolean>
}

const callback = 'http://app.test/callback'

export async function newPerson(server: SignInServer): Promise<Person> {
  const admin = server.client('secret').auth.admin
  const email = `${crypto.randomUUID()}@matrix.test`
  const password = `matrix ${crypto.randomUUID()}`
  const made = await admin.createUser({ email, password, email_confirm: true, role: 'staff' })
  const id = made.data.user?.id
  if (id === undefined) throw made.error ?? new Error('no user')

  const own = server.client()
  await done(own.auth.signInWithPassword({ email, password }))
  const { data: factor } = await done(own.auth.mfa.enroll({ factorType: 'totp' }))
  const totp = codesOf(factor?.totp.secret ?? '')
  const factorId = factor?.id ?? ''
  await done(own.auth.mfa.challengeAndVerify({ factorId, code: totp() }))
  const codes = await recoveryCodes(server, own)
  const canary = `canary ${crypto.randomUUID()}`
  await done(own.from('notes').insert({ body: canary }))
  const seesNote = async (asked: Asked) =>
    (await (await server.ask('/rest/v1/notes', asked)).text()).includes(canary)

  const second = server.client()
  await done(second.auth.signInWithPassword({ email, password }))
  const other = await raise(server, second, codes.shift() ?? '')
  const machine = await server.ask('/auth/v1/admin/api-keys', {
    key: server.bindings.SECRET_KEY ?? '',
    body: { name: 'matrix', roles: ['staff'] },
  })
  const apiKey: { readonly api_key: string; readonly id: string } = JSON.parse(await machine.text())

  const later = server.client('publishable', 'pkce')
  await done(later.auth.signInWithOtp({ email, options: { emailRedirectTo: callback } }))
  const code = new URL(await follow(linkIn(await server.mailbox.newest(email, /verify/)))).searchParams.get(
    'code',
  )
  const linked = server.mailbox.all(email).length
  await done(server.client().auth.signInWithOtp({ email, options: { emailRedirectTo: callback } }))
  const link = linkIn(await server.mailbox.after(email, linked))
  const coded = server.mailbox.all(email).length
  await done(server.client().auth.resetPasswordForEmail(email, { redirectTo: callback }))
  const token = codeIn(await server.mailbox.after(email, coded))

  const person: Person = {
    ...{ id, email, own, factorId, apiKeyId: apiKey.id, totp, password, other },
    async works(credential) {
      switch (credential) {
        case 'access token':
          return seesNote({ token: other.access_token })
        case 'refresh token': {
          const body = { refresh_token: other.refresh_token }
          return (await server.ask('/auth/v1/token?grant_type=refresh_token', { body })).status === 200
        }
        case 'API key':
          return seesNote({ key: apiKey.api_key })
        case 'magic link':
          return (await follow(link)).includes('#access_token=')
        case 'OTP':
          return (
            (await server.client().auth.verifyOtp({ email, token, type: 'recovery' })).data.session !== null
          )
        case 'recovery code': {
          const client = server.client()
          const { data } = await client.auth.signInWithPassword({ email, password: person.password })
          if (data.session === null) return false
          const verified = await useRecoveryCode(server, data.session.access_token, codes[0] ?? '')
          return verified.status === 200
        }
        case 'OAuth code':
          return (await later.auth.exchangeCodeForSession(code ?? '')).data.session !== null
      }
    },
  }
  return person
}

/** @throws the error of `auth-js`, if there is one */
export async function done<Answer extends { readonly error: unknown }>(
  asked: PromiseLike<Answer>,
): Promise<Answer> {
  const answer = await asked
  if (answer.error !== null) throw answer.error
  return answer
}

/** Where a link of a mail leads to. */
export async function follow(link: string): Promise<string> {
  return (await fetch(link, { redirect: 'manual' })).headers.get('location') ?? ''
}

/** The step of a code is one later each time, for none is taken twice: a clock may be one off. */
function codesOf(secret: string): () => string {
  const app = new TOTP({ secret: Secret.fromBase32(secret) })
  let step = Math.floor(Date.now() / 30_000)
  return () => {
    const code = app.generate({ timestamp: step * 30_000 })
    step += 1
    return code
  }
}

async function recoveryCodes(server: SignInServer, client: SupabaseClient): Promise<string[]> {
  const { data } = await client.auth.getSession()
  const answer = await server.ask('/auth/v1/factors/recovery-codes', {
    token: data.session?.access_token ?? '',
    body: {},
  })
  if (answer.status !== 200) throw new Error(`no recovery codes: ${await answer.text()}`)
  const { codes }: { readonly codes: string[] } = JSON.parse(await answer.text())
  return codes
}

function useRecoveryCode(server: SignInServer, token: string, code: string): Promise<Response> {
  return server.ask('/auth/v1/factors/recovery-codes/verify', { token, body: { code } })
}

async function raise(server: SignInServer, client: SupabaseClient, code: string): Promise<Session> {
  const { data } = await client.auth.getSession()
  const answer = await useRecoveryCode(server, data.session?.access_token ?? '', code)
  if (answer.status !== 200) throw new Error(`a recovery code was refused: ${await answer.text()}`)
  return JSON.parse(await answer.text())
}
