import { importJWK, type JWK, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { send } from '../../harness/request.ts'
import { leakIn } from '../leak.ts'
import { type Session, signUp, text, withToken } from './someone.ts'

interface Key extends JWK {
  readonly kid: string
}

/** A token as this server makes them, but for what a test changes. */
async function forge(
  { user, access_token }: Session,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const [key] = JSON.parse(text('SIGNING_KEYS')) as readonly Key[]
  if (key === undefined) throw new TypeError('no key')
  const own = payloadOf(access_token)
  return new SignJWT({ ...own, sub: user.id, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'at+jwt', ...header })
    .sign(await importJWK({ ...key, ext: true }, 'ES256'))
}

function payloadOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('tokens that are not ours, or not whole: 401, and no trip', () => {
  const seconds = Math.floor(Date.now() / 1_000)
  const forgeries: readonly (readonly [
    name: string,
    make: (session: Session) => string | Promise<string>,
  ])[] = [
    ['alg none', ({ access_token: t }) => `${encode({ alg: 'none', typ: 'at+jwt' })}.${t.split('.')[1]}.`],
    ['no signature', ({ access_token: t }) => t.split('.').slice(0, 2).join('.')],
    ['an empty signature', ({ access_token: t }) => `${t.split('.').slice(0, 2).join('.')}.`],
    [
      'other claims',
      ({ access_token: t }) => t.replace(/\..+\./, `.${encode({ ...payloadOf(t), role: 'admin' })}.`),
    ],
    [
      'one character of the signature',
      ({ access_token: t }) => t.slice(0, -5) + (t.at(-5) === 'A' ? 'B' : 'A') + t.slice(-4),
    ],
    ['expired', (session) => forge(session, { exp: seconds - 60, iat: seconds - 600 })],
    ['of tomorrow', (session) => forge(session, { iat: seconds + 86_400, exp: seconds + 90_000 })],
    ['for ever', (session) => forge(session, { exp: seconds + 99_999_999, iat: seconds - 7_200 })],
    ['another issuer', (session) => forge(session, { iss: 'http://127.0.0.1/auth/v1' })],
    ['another audience', (session) => forge(session, { aud: 'anon' })],
    ['an id token', (session) => forge(session, {}, { typ: 'JWT' })],
    ['an unknown key', (session) => forge(session, {}, { kid: 'other' })],
    ['jku', (session) => forge(session, {}, { jku: 'http://127.0.0.1:1/jwks.json' })],
    [
      'a key of its own',
      (session) => forge(session, {}, { jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }),
    ],
    ['without a session', (session) => forge(session, { sid: undefined })],
    ['a user that is a list', (session) => forge(session, { sub: [session.user.id] })],
    ['the publishable key with a tail', () => `${text('PUBLISHABLE_KEY')}x`],
    ['the server secret', () => text('SERVER_SECRET')],
    ['very long', () => `${'a'.repeat(9_000)}.b.c`],
  ]
  let session: Session
  beforeAll(async () => {
    session = await signUp()
  })

  for (const [name, make] of forgeries) {
    test(name, async () => {
      const token = await make(session)
      for (const url of ['/rest/v1/users?select=id', '/rest/v1/tags', '/auth/v1/user']) {
        const answer = await withToken(token, url)
        expect([answer.status, answer.trips], answer.text).toEqual([401, 0])
        expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
        // Each dialect has its own word for it.
        expect(answer.text).toMatch(url.startsWith('/auth/') ? /"code":"bad_jwt"/ : /"code":"PGRST30[13]"/)
        expect(leakIn(answer)).toBeNull()
        expect(`${answer.text}${JSON.stringify([...answer.headers])}`).not.toContain(token.slice(0, 40))
      }
    })
  }

  test('the forge of this file makes good ones: only what a row changes is refused', async () => {
    expect((await withToken(await forge(session))).status).toBe(200)
  })

  test('another role, session or user in a token of ours: refused by the statement', async () => {
    const other = await signUp()
    for (const claims of [
      { role: 'admin' },
      { role: 'service_role' },
      { sub: other.user.id },
      { sid: crypto.randomUUID() },
    ]) {
      const answer = await withToken(await forge(session, claims))
      expect([claims, answer.status, answer.trips]).toEqual([claims, 401, 1])
    }
  })
})

describe('a token spelled differently', () => {
  test('is refused, or as dead as itself when it is signed out', async () => {
    const { access_token } = await signUp()
    await withToken(access_token, '/auth/v1/logout', { method: 'POST' })
    const last = access_token.at(-1) ?? ''
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const near = letters.charAt(letters.indexOf(last) ^ 1)
    const spellings = [
      `${access_token}=`,
      `${access_token}==`,
      ` ${access_token}`,
      access_token.slice(0, -1) + near,
    ]
    for (const spelling of spellings) expect((await withToken(spelling)).status).toBe(401)
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const headers = { authorization: `${scheme} ${access_token}` }
      expect((await send({ as: 'anon', url: '/rest/v1/tags', headers })).status).toBe(401)
    }
  })
})
