import { Secret, TOTP } from 'otpauth'
import { expect } from 'vitest'
import { textOf, textValue } from '../../../src/base/statement.ts'
import type { TestAuthServer } from '../server.ts'
import { signedUp } from '../someone.ts'

type Signed = Awaited<ReturnType<typeof signedUp>>

/** The code that an authenticator app shows, so many steps of 30 seconds from now. */
export function codeOf(server: TestAuthServer, secret: string, steps = 0): string {
  const timestamp = server.clock.nowMilliseconds() + steps * 30_000
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

/** Begins a factor. */
export async function enrolled({ client }: Pick<Signed, 'client'>, friendlyName = 'phone') {
  const { data, error } = await client.mfa.enroll({ factorType: 'totp', friendlyName })
  expect(error).toBeNull()
  if (data === null) throw new TypeError('no factor')
  return { id: data.id, secret: data.totp.secret, uri: data.totp.uri, qrCode: data.totp.qr_code }
}

/** Shows it. The clock goes on, so that the next code is another one. */
export async function shown(
  server: TestAuthServer,
  { client }: Pick<Signed, 'client'>,
  factor: { readonly id: string; readonly secret: string },
) {
  server.travel(30_000)
  const code = codeOf(server, factor.secret)
  const { data, error } = await client.mfa.challengeAndVerify({ factorId: factor.id, code })
  expect(error).toBeNull()
  if (data === null) throw new TypeError('no session')
  return data
}

/** Somebody new who has a verified factor, and a session that has shown it. */
export async function withFactor(server: TestAuthServer) {
  const signed = await signedUp(server)
  const factor = await enrolled(signed)
  const session = await shown(server, signed, factor)
  return { ...signed, factor, session }
}

/** What an answer comes to. */
export async function outcome(response: Response) {
  const text = await response.text()
  const { code = null, ...members }: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
  return { status: response.status, trips: response.headers.get('x-trips'), code, members }
}

/** A request of somebody signed in. */
export async function asked(
  server: TestAuthServer,
  token: string,
  method: string,
  path: string,
  body?: unknown,
) {
  const response = await server.send(path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { ...(await outcome(response)), retryAfter: response.headers.get('retry-after') }
}

/** The access token that a client has now. */
export async function tokenOf({ client }: Pick<Signed, 'client'>): Promise<string> {
  return (await client.getSession()).data.session?.access_token ?? ''
}

/** What the audit tells of a user. */
export async function eventsOf(server: TestAuthServer, userId: string) {
  const { rows } = await server.query(
    `select json_extract(after, '$.event') from selvage_audit where json_extract(key, '$.id') = ? order by rowid`,
    textValue(userId),
  )
  return rows.map((row) => textOf(row[0]))
}

/** A body of `POST /factors`. */
export const enrolBody = (name: string | null, type = 'totp') => ({ factor_type: type, friendly_name: name })
