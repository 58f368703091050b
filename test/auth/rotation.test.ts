import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { knownSeconds, newKey, retired, rotated } from '../../src/cli/keys/ring.ts'
import { backend, resource } from '../../src/index.ts'
import { type Isolate, type KeptWorld, startKept } from '../engine/keep/world.ts'

const things = sqliteTable('things', { id: integer().primaryKey() })
let world: KeptWorld
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'Rotation',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [resource(things, { read: ({ caller }) => caller.signedIn })],
    }),
  )
}, 60_000)
afterAll(() => world.stop())

test('keys are rotated under load, and nobody is signed out: while old and new isolates serve, too', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const rings = [[await newKey(now)]]
  const last = () => rings.at(-1) ?? []
  rings.push([...(await rotated(last(), now, false)).ring])
  rings.push([...(await rotated(last(), now + knownSeconds, false)).ring])
  rings.push([...retired(last(), now + 99_999, null).ring])
  const isolates = rings.map((ring) => world.isolate({ SIGNING_KEYS: JSON.stringify(ring) }))
  const serving = (from: number, to: number): readonly Isolate[] => isolates.slice(from, to + 1)
  const signedIn: { access: string; refresh: string }[] = []
  const post = async (ask: Isolate, path: string, body: object) => {
    const answer = await ask(`/auth/v1${path}`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    const { access_token, refresh_token } = JSON.parse(answer.text)
    return { access: String(access_token), refresh: String(refresh_token) }
  }
  const [begin] = isolates
  if (begin === undefined) throw new RangeError('there are four')
  for (let index = 0; index < 4; index += 1) {
    const credentials = { email: `rotated-${index}@example.com`, password: 'correct horse' }
    signedIn.push(await post(begin, '/signup', credentials))
  }
  // Deployed one after another; in between, both answer whoever comes.
  for (const [from, to] of [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 2],
    [2, 2],
  ] as const) {
    for (let turn = 0; turn < 8; turn += 1) {
      const answers = await Promise.all(
        signedIn.flatMap(({ access }) =>
          serving(from, to).map((ask) => ask('/rest/v1/things', { as: access })),
        ),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      const user = turn % signedIn.length
      const one = signedIn[user]
      const ask = serving(from, to)[turn % (to - from + 1)]
      if (one === undefined || ask === undefined || turn > 3) continue
      signedIn[user] = await post(ask, '/token?grant_type=refresh_token', { refresh_token: one.refresh })
    }
  }
  // All tokens are of the second key by now: without the first nobody misses anything.
  for (const ask of serving(2, 3))
    for (const { access } of signedIn) expect((await ask('/rest/v1/things', { as: access })).status).toBe(200)
}, 60_000)

test('issuer and keys are found by both well-known names', async () => {
  const ask = world.isolate()
  const documents = await Promise.all(
    [
      '/auth/v1/.well-known/openid-configuration',
      '/auth/v1/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/auth/v1',
    ].map((path) => ask(path, { headers: { apikey: '' } })),
  )
  const [first] = documents
  for (const { status, text, headers } of documents) {
    expect([status, text, headers.get('cache-control')]).toEqual([200, first?.text, 'public, max-age=600'])
  }
  const { issuer, jwks_uri, id_token_signing_alg_values_supported } = JSON.parse(first?.text ?? '')
  expect(jwks_uri).toBe(`${issuer}/.well-known/jwks.json`)
  expect(id_token_signing_alg_values_supported).toEqual(['ES256'])
  const { pathname } = new URL(jwks_uri)
  expect(JSON.parse((await ask(pathname)).text).keys).toHaveLength(1)
})
