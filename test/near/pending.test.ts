import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { password, postId } from './backend/seed.ts'
import { type Centre, type Isolate, startCentre } from './harness/centre.ts'

let centre: Centre
beforeAll(async () => {
  centre = await startCentre()
}, 60_000)
afterAll(() => centre.stop())

interface Told {
  readonly access_token: string
  readonly id: string
  readonly totp: { readonly secret: string }
}

async function auth(path: string, body: unknown, token?: string): Promise<Told> {
  const as = token === undefined ? 'anon' : { token }
  const { text, status } = await centre.ask(`/auth/v1${path}`, { as, body, method: 'POST' })
  expect(status, text).toBe(200)
  return JSON.parse(text)
}

const signIn = async () =>
  (await auth('/token?grant_type=password', { email: 'bob@near.test', password })).access_token

const reads = [
  '/rest/v1/posts?order=id',
  `/rest/v1/posts/${postId(1)}`,
  '/rest/v1/posts?select=count()',
  '/rest/v1/members?select=*,notes(text)',
  '/rest/v1/notes',
  '/rest/v1/rpc/published_posts',
]

test('who has yet to show a second factor reaches no data, whatever caches have; then all of it', async () => {
  const before = await signIn()
  const { id, totp } = await auth('/factors', { factor_type: 'totp' }, before)
  const show = async (token: string, steps: number) => {
    const challenge = await auth(`/factors/${id}/challenge`, {}, token)
    const code = new TOTP({ secret: Secret.fromBase32(totp.secret) }).generate({
      timestamp: Date.now() + steps * 30_000,
    })
    return (await auth(`/factors/${id}/verify`, { challenge_id: challenge.id, code }, token)).access_token
  }
  const ask = async (url: string, token: string, isolate: Isolate) => {
    const { status, text, trips } = await centre.ask(url, { as: { token }, in: isolate })
    return { status, text, trips }
  }
  const shown = await show(before, 0)
  for (const isolate of ['a', 'b'] as const) {
    for (const url of reads) {
      for (let time = 0; time < 2; time += 1)
        expect(await ask(url, shown, isolate), url).toMatchObject({ status: 200 })
      await centre.ask(url, { as: 'anon', in: isolate })
    }
  }
  // There is something that caches could give away.
  expect(await ask('/rest/v1/posts?order=id', shown, 'a')).toMatchObject({ status: 200, trips: 0 })

  const pending = await signIn()
  for (const isolate of ['a', 'b', 'off'] as const) {
    for (const url of reads) {
      const { status, text } = await ask(url, pending, isolate)
      expect([url, status, JSON.parse(text).code]).toEqual([url, 401, 'PGRST303'])
    }
  }
  const write = (token: string) =>
    centre.ask('/rest/v1/rpc/rename_post', { as: { token }, body: { id: postId(1), title: 'other' } })
  expect((await write(pending)).status).toBe(401)
  expect((await ask('/auth/v1/user', pending, 'a')).status).toBe(200)

  const raised = await show(pending, 1)
  for (const url of reads) expect((await ask(url, raised, 'a')).status).toBe(200)
  // The token from before the factor stays what it was.
  expect((await ask('/rest/v1/notes', pending, 'a')).status).toBe(401)
})
