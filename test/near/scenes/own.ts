import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { password, postId } from '../backend/seed.ts'
import { type Answer, type Ask, type Asker, type Centre, followed, type Isolate } from '../harness/centre.ts'

/** How a client shows what it has written. */
type Carrier = 'header' | 'cookie' | 'session'

const ways: readonly (readonly [Carrier, Isolate, Asker])[] = [
  ['header', 'a', 'anon'],
  ['header', 'b', 'anon'],
  ['header', 'c', 'anon'],
  ['cookie', 'a', 'anon'],
  ['cookie', 'b', 'anon'],
  ['cookie', 'd', 'anon'],
  ['session', 'a', 'ada'],
  ['session', 'b', 'ada'],
  ['session', 'e', 'ada'],
  ['session', 'b', 'service'],
]

/** Ways to read the reply with a text, or that it is there. */
const reads = (text: string) => [
  `/rest/v1/replies?text=eq.${text}&select=text`,
  '/rest/v1/replies?select=text&order=id',
  `/rest/v1/posts?id=eq.${postId(1)}&select=replies(text)`,
  '/rest/v1/replies?select=text,post:posts(title)',
]

/** Nobody reads older data than what they wrote, wherever they read it next. */
export function ownWrites(centre: () => Centre): void {
  const carried = (carrier: Carrier, written: Answer): Record<string, string> => {
    if (carrier === 'header') return { 'selvage-bookmark': written.bookmark ?? '' }
    const cookie = /^[^;]*/.exec(written.headers.get('set-cookie') ?? '')?.[0] ?? ''
    return carrier === 'cookie' ? { cookie: `theme=dark; ${cookie}` } : {}
  }

  describe('own writes are seen', () => {
    test.each(ways)('by %s, in isolate %s, as %s', async (carrier, there, as) => {
      const { ask, settled } = centre()
      const text = randomUUID()
      // Isolates c, d and e begin with this test: as after a restart.
      const warm = [...(there === 'b' ? (['a', 'b'] as const) : (['a'] as const))]
      for (const isolate of warm) for (const url of reads(text)) await ask(url, { as, in: isolate })
      const before = await ask('/rest/v1/replies?limit=1', {
        as,
        in: 'a',
        headers: { prefer: 'count=exact' },
      })
      await settled()
      const given: Ask = { as, headers: { cookie: 'theme=dark' }, body: { post_id: postId(1), text } }
      const written = await ask('/rest/v1/replies', given)
      expect(written.status).toBe(201)
      const headers = carried(carrier, written)
      const answers = await Promise.all(reads(text).map((url) => ask(url, { as, in: there, headers })))
      for (const [index, { text: told, cache }] of answers.entries())
        expect(told, `${reads(text)[index]}: ${cache}`).toContain(text)
      const count = await ask('/rest/v1/replies?limit=1', {
        as,
        in: there,
        headers: { ...headers, prefer: 'count=exact' },
      })
      expect(total(count)).toBe(total(before) + 1)
    })

    test.each([
      ['header', 'b', 'ada'],
      ['session', 'a', 'ada'],
      ['session', 'b', 'ada'],
    ] as const)(
      'what was absent, and what was taken away: by %s, in isolate %s',
      async (carrier, there, as) => {
        const { ask, settled } = centre()
        const id = randomUUID()
        const url = `/rest/v1/posts/${id}`
        for (const isolate of ['a', 'b'] as const) {
          expect((await ask(url, { as, in: isolate })).status).toBe(404)
          expect((await ask(url, { as, in: isolate })).cache).toContain('hit')
        }
        const made = await ask('/rest/v1/posts', { as, body: { id, title: id, published: true } })
        expect((await ask(url, { as, in: there, headers: carried(carrier, made) })).status).toBe(200)
        await settled()
        const gone = await ask(url, { as, method: 'DELETE' })
        expect(gone.status).toBeLessThan(300)
        expect((await ask(url, { as, in: there, headers: carried(carrier, gone) })).status).toBe(404)
      },
    )

    test('while the replica lags: by session, by bookmark, in each isolate, and by a procedure', async () => {
      const { ask } = centre()
      const [id, title] = [randomUUID(), randomUUID()]
      await ask('/rest/v1/posts', { as: 'ada', body: { id, title: id, published: true } })
      await lagging(centre(), async () => {
        const renamed = await ask('/rest/v1/rpc/rename_post', { as: 'ada', body: { id, title } })
        expect(renamed.status, renamed.text).toBe(200)
        const headers = carried('header', renamed)
        const urls = [
          `/rest/v1/posts/${id}`,
          `/rest/v1/posts?title=eq.${title}`,
          `/rest/v1/posts?title=eq.${title}&select=title,visits(id)`,
          '/rest/v1/rpc/published_posts',
        ]
        const asks: readonly Ask[] = [
          { as: 'ada' },
          { as: 'ada', in: 'b' },
          { headers },
          { headers, in: 'b' },
        ]
        const answers = await Promise.all(asks.flatMap((given) => urls.map((url) => ask(url, given))))
        for (const answer of answers) {
          expect(answer.status, answer.text).toBe(200)
          expect(answer.text).toContain(title)
          expect(answer.milliseconds).toBeLessThan(5_000)
        }
      })
    })

    test('while the replica lags: who just signed up, in, or out, is known as that at once', async () => {
      const { ask } = centre()
      const email = `${randomUUID()}@near.test`
      await lagging(centre(), async () => {
        const up = await ask('/auth/v1/signup', { body: { email, password, data: { handle: 'new here' } } })
        const again = await ask('/auth/v1/token?grant_type=password', { body: { email, password } })
        for (const answer of [up, again]) {
          expect(answer.status, answer.text).toBe(200)
          const { access_token: token, user } = JSON.parse(answer.text) as {
            readonly access_token: string
            readonly user: { readonly id: string }
          }
          const as = { token }
          const urls = ['/rest/v1/notes', `/rest/v1/members/${user.id}`]
          const asks = (['a', 'b', 'f'] as const).flatMap((name) =>
            urls.map((url) => ask(url, { as, in: name })),
          )
          for (const { status, text } of await Promise.all(asks))
            expect([status, text]).toEqual([200, expect.stringMatching(/^\[\]$|new here/)])
          expect((await ask('/auth/v1/logout?scope=local', { as, method: 'POST' })).status).toBe(204)
          const after = await Promise.all(
            (['a', 'b', 'f'] as const).map((name) => ask('/rest/v1/visits', { as, in: name })),
          )
          expect(after.map(({ status }) => status)).toEqual([401, 401, 401])
        }
      })
    })

    test('while the replica lags: a session that began in another data centre is known by the primary', async () => {
      const { ask } = centre()
      const body = { email: `${randomUUID()}@near.test`, password }
      await lagging(centre(), async () => {
        // What it remembers is told to nobody here.
        await centre().break('c', { cache: 'forget' })
        const { text } = await ask('/auth/v1/signup', { in: 'c', body })
        await centre().break('c', { cache: null })
        const as = JSON.parse(text) as { readonly access_token: string }
        for (const url of ['/rest/v1/notes', '/rest/v1/visits?id=eq.0']) {
          const answer = await ask(url, { as: { token: as.access_token }, in: 'e' })
          expect([answer.status, answer.text, answer.trips]).toEqual([200, '[]', 2])
        }
      })
    })
  })
}

/** While no frame comes to the replica. */
export async function lagging(
  { nodes: { replicas }, ask }: Centre,
  work: () => Promise<void>,
): Promise<void> {
  await followed(ask)
  for (const { link } of replicas) link.pause()
  try {
    await work()
  } finally {
    for (const { link } of replicas) link.resume()
  }
}

const total = ({ headers }: Answer): number => Number(headers.get('content-range')?.split('/')[1])
