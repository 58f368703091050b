import { generateKeyPairSync } from 'node:crypto'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { importJWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { backend, type ClaimsUser, resource } from '../../src/index.ts'
import { type Answer, type Isolate, type KeptWorld, startKept } from '../engine/keep/world.ts'
import { authTables } from '../harness/auth-tables.ts'
import { leakIn } from '../http/leak.ts'

const badges = sqliteTable('badges', {
  id: integer().primaryKey(),
  bearer: text()
    .notNull()
    .references(() => authTables.authUsers.id),
})
let claims: (user: ClaimsUser) => Readonly<Record<string, unknown>> = () => ({})
let world: KeptWorld
let ask: Isolate
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'Rim',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [resource(badges, { read: ({ caller }) => caller.signedIn })],
      auth: { claims: (user) => claims(user) },
    }),
  )
  ask = world.isolate()
}, 60_000)
afterAll(() => world.stop())
afterEach(() => {
  vi.restoreAllMocks()
  claims = () => ({})
})

test('a flood of tokens with unknown keys is refused without a fetch, and soon', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = await importJWK(privateKey.export({ format: 'jwk' }), 'ES256')
  const forge = (kid: string, jku: string) =>
    new SignJWT({ sub: 'x', sid: 'x', role: 'member', iss: jku })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt', jku })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key)
  const tokens = await Promise.all(
    Array.from({ length: 300 }, (_, index) => forge(`key-${index}`, 'http://127.0.0.1:1/jwks.json')),
  )
  const fetched = vi.spyOn(globalThis, 'fetch')
  const start = performance.now()
  const answers = await Promise.all(tokens.map((as) => ask('/rest/v1/badges', { as })))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  expect(fetched).not.toHaveBeenCalled()
  expect(performance.now() - start).toBeLessThan(5_000)
})

describe('what fails tells nobody why: no answer and no log has SQL, a secret or an address', () => {
  const admin = (method: string, path: string, body?: unknown): Promise<Answer> =>
    ask(`/auth/v1/admin${path}`, { method, as: 'service', ...(body !== undefined && { body }) })
  const email = 'kept.secret@example.com'

  /** The statuses of answers, none of which has told anything, and neither has the log. */
  async function quiet(answers: () => Promise<readonly Answer[]>): Promise<readonly number[]> {
    const lines: string[] = []
    for (const level of ['error', 'warn', 'log', 'info'] as const)
      vi.spyOn(console, level).mockImplementation((...all) => void lines.push(all.map(String).join(' ')))
    const answered = await answers()
    for (const { headers, text: body } of answered) {
      expect(
        leakIn({ headers: new Headers({ type: headers.get('content-type') ?? '' }), text: body }),
      ).toBeNull()
      expect(body).not.toContain(email)
    }
    const log = lines.join('\n')
    expect(log).not.toMatch(/eyJ|sb_(?:api|secret)_|select |insert |update |correct horse|auth\.claims/i)
    expect(log).not.toContain(email)
    return answered.map(({ status }) => status)
  }

  test('of an operator', async () => {
    const made: { readonly id: string } = JSON.parse((await admin('POST', '/users', { email })).text)
    await world.run([`insert into badges values (1, '${made.id}')`])
    const statuses = await quiet(async () => [
      await admin('DELETE', `/users/${made.id}`),
      await admin('POST', '/users', { email }),
      await admin('POST', '/users', { email: 'b@example.com', id: made.id }),
      await admin('PUT', `/users/${made.id}`, { app_metadata: { x: 'y'.repeat(9_000) } }),
      await admin('PUT', `/users/${made.id}`, { role: "x' or 1=1 --" }),
      await admin('PUT', "/users/x' or 1=1 --", { role: 'member' }),
      await admin('GET', '/users?page=99999999999999999999'),
      await admin('POST', '/api-keys', { name: 'x', roles: ["' or 1=1"] }),
      await admin('POST', '/api-keys/none/rotate', []),
      await admin('DELETE', "/api-keys/' or 1=1 --"),
      await admin('DELETE', `/users/${made.id}/sessions/x`),
    ])
    expect(statuses).toEqual([409, 422, 409, 400, 400, 404, 400, 400, 400, 404, 404])
  })

  test('of the author: claims that are not theirs', async () => {
    claims = ({ email: address }) => ({ sub: address })
    const body = { email: 'c@example.com', password: 'correct horse' }
    expect(await quiet(async () => [await ask('/auth/v1/signup', { method: 'POST', body })])).toEqual([500])
  })

  test('of the author: a claims hook that fails', async () => {
    claims = ({ email: address }) => {
      throw new Error(`nothing is known of ${address}`)
    }
    const body = { email: 'd@example.com', password: 'correct horse' }
    const [status] = await quiet(async () => [await ask('/auth/v1/signup', { method: 'POST', body })])
    expect(status).toBe(500)
  })
})

test('a filter of users is a text, and nothing else: `%` and quotes find themselves', async () => {
  const found = async (filter: string) =>
    JSON.parse(
      (await ask(`/auth/v1/admin/users?filter=${encodeURIComponent(filter)}`, { as: 'service' })).text,
    ).users.length
  await ask('/auth/v1/admin/users', {
    method: 'POST',
    as: 'service',
    body: { email: "o'neill%x@example.com" },
  })
  expect([await found('%'), await found("'"), await found("' or ''='"), await found('o_neill')]).toEqual([
    1, 1, 0, 0,
  ])
})
