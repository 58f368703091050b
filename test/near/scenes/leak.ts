import { describe, expect, test } from 'vitest'
import { textValue } from '../../../src/base/statement.ts'
import { startTiming } from '../../../src/base/timing.ts'
import { connect } from '../../../src/database/client.ts'
import { canary, type Name, password, postId, userId } from '../backend/seed.ts'
import type { Answer, Asker, Centre } from '../harness/centre.ts'

const askers: readonly Asker[] = ['anon', 'ada', 'bob', 'staff', 'admin', 'service']
const names: readonly Name[] = ['ada', 'bob', 'staff', 'admin']

const selects = ['id', 'title', 'title,id', 'id,title', 'body,title', 'title,body']

/** Every kind of read; `n` makes it another one, for each who fills it first. */
const routes = (n: number): readonly string[] => [
  `/rest/v1/posts?order=id&limit=${n}`,
  `/rest/v1/posts?select=count()&limit=${n}`,
  `/rest/v1/posts?id=eq.${postId(2)}&limit=${n}`,
  `/rest/v1/posts/${postId(2)}?select=${selects[n - 30]}`,
  `/rest/v1/posts?title=fts.canary&limit=${n}`,
  `/rest/v1/notes?limit=${n}`,
  `/rest/v1/members?select=*,posts(title),notes(text)&order=id&limit=${n}`,
  `/rest/v1/members?remark=not.is.null&order=id&limit=${n}`,
  `/rest/v1/replies?select=text,post:posts(title,author:members(handle))&order=id&limit=${n}`,
]

/** What an answer says, without what differs from one time to the next. */
const told = ({ status, headers, text }: Answer) => ({
  status,
  text: text.replace(/[0-9a-f-]{36}\."/, ''),
  headers: Object.fromEntries(
    ['content-type', 'content-range', 'etag', 'link', 'vary', 'location'].map((name) => [
      name,
      headers.get(name),
    ]),
  ),
})

/** What nobody but its own may be told. */
function forbidden(asker: Asker): readonly string[] {
  const others = names.filter((name) => name !== asker)
  const notes = asker === 'service' ? [] : others.map((name) => canary(name, 'note'))
  const isStaff = asker === 'staff' || asker === 'admin' || asker === 'service'
  const rest = isStaff
    ? []
    : [...others.map((name) => canary(name, 'draft')), ...names.map((name) => canary(name, 'remark'))]
  return [...notes, ...rest]
}

/** Whatever one was told, another one is told what they would be without it. */
export function leaks(centre: () => Centre): void {
  const canariesIn = (asker: Asker, { text, headers }: Answer) =>
    forbidden(asker).filter((each) => `${text} ${[...headers].join()}`.includes(each))

  /** What the database says; the limit is above what there is, so that it changes nothing. */
  const said = new Map<string, Promise<Answer>>()
  const without = (url: string, as: Asker): Promise<Answer> => {
    const name = `${as} ${url.replace(/&limit=.*/, '')}`
    const answer = said.get(name) ?? centre().ask(url, { as, in: 'off' })
    said.set(name, answer)
    return answer
  }

  describe('nothing leaks', () => {
    test.each(askers.map((asker, index) => [asker, 30 + index] as const))(
      'what %s filled is for the others what it would be for them without',
      async (filler, n) => {
        const { ask } = centre()
        let hits = 0
        for (const url of routes(n)) {
          await ask(url, { as: filler })
          for (const asker of askers) {
            const kept = await ask(url, { as: asker })
            const bare = await without(url, asker)
            expect(told(kept), `${url} as ${asker}`).toEqual(told(bare))
            expect(canariesIn(asker, kept), `${url} as ${asker}`).toEqual([])
            if (kept.trips === 0) hits += 1
          }
        }
        // There is something that could leak.
        expect(hits).toBeGreaterThan(8)
      },
    )

    test('the canaries are there, for who may see them', async () => {
      const { ask } = centre()
      const { text } = await ask('/rest/v1/notes', { as: 'ada' })
      expect(text).toContain(canary('ada', 'note'))
      expect((await ask('/rest/v1/posts', { as: 'staff' })).text).toContain(canary('ada', 'draft'))
      expect((await ask('/rest/v1/members', { as: 'admin' })).text).toContain(canary('ada', 'remark'))
    })

    test('of a role that was taken back nothing is left', async () => {
      const { ask, nodes } = centre()
      const database = connect({ url: nodes.primary.sqld.url, token: null })
      const become = async (role: string): Promise<string> => {
        const args = [textValue(role), textValue(userId('bob'))]
        await database.transact([{ sql: 'update auth_users set role = ? where id = ?', args }], startTiming())
        const body = { email: 'bob@near.test', password }
        const { text } = await ask('/auth/v1/token?grant_type=password', { body })
        return (JSON.parse(text) as { access_token: string }).access_token
      }
      const url = '/rest/v1/posts?order=title&select=title'
      const [staff, member] = [await become('staff'), await become('member')]
      const before = await ask(url, { as: { token: staff } })
      // The token says a role that its user has not any more: refused, by whoever has to be asked.
      expect([before.status, before.text.includes('PGRST303')]).toEqual([401, true])
      const now = await ask(url, { as: { token: member } })
      expect(now.status).toBe(200)
      expect(now.text).toContain(canary('bob', 'draft'))
      expect(canariesIn('bob', now)).toEqual([])
    })
  })

  describe('what is not in the key poisons nothing', () => {
    const headersOf: readonly Readonly<Record<string, string>>[] = [
      { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' },
      { 'x-original-url': '/rest/v1/notes', 'x-rewrite-url': '/rest/v1/notes' },
      { 'x-http-method-override': 'DELETE' },
      { accept: 'text/csv' },
      { accept: 'application/vnd.pgrst.object+json' },
      { accept: '*/*;q=0.1, application/json' },
      { prefer: 'count=exact' },
      { prefer: 'count=planned, handling=lenient' },
      { prefer: 'consistency=session' },
      { range: '0-0', 'range-unit': 'items' },
      { 'if-none-match': '*' },
      { origin: 'https://evil.test' },
      { cookie: 'selvage-bookmark=x; session=evil' },
      { 'accept-profile': 'public' },
      { 'accept-language': 'xx', 'user-agent': 'evil' },
      { 'cache-control': 'no-cache', pragma: 'no-cache' },
    ]
    test.each(headersOf.map((headers, index) => [JSON.stringify(headers), headers, 60 + index] as const))(
      'headers: %s',
      async (_, headers, n) => {
        const { ask } = centre()
        for (const path of ['/rest/v1/replies', '/rest/v1/signs']) {
          const url = `${path}?order=id&limit=${n}`
          const first = await ask(url, { headers })
          const bare = await ask(url, { in: 'off' })
          expect(told(await ask(url)), url).toEqual(told(bare))
          expect(told(await ask(url, { in: 'b' })), url).toEqual(told(bare))
          expect(told(first)).toEqual(told(await ask(url, { headers, in: 'off' })))
        }
      },
    )

    test.each([
      ['/rest/v1/replies/x.css', '/rest/v1/replies'],
      ['/rest/v1/notes/x.css', '/rest/v1/notes'],
      ['/rest/v1/notes%2fx.css', '/rest/v1/notes'],
      ['/rest/v1/repl%69es?order=id&limit=1', '/rest/v1/replies?order=id&limit=1'],
      ['/rest/v1/replies?limit=2&order=id', '/rest/v1/replies?order=id&limit=2'],
      ['/rest/v1/replies?order=id&order=id.desc&limit=3', '/rest/v1/replies?order=id&limit=3'],
      ['/rest/v1/replies?id=eq.1&id=gt.0&order=id', '/rest/v1/replies?id=eq.1&order=id'],
      ['/rest/v1/replies?order=id&limit=1&apikey=sb_secret_x', '/rest/v1/replies?order=id&limit=1'],
    ])('paths and parameters: %s beside %s', async (strange, plain) => {
      const { ask } = centre()
      for (const as of ['ada', 'anon'] as const) {
        const first = await ask(strange, { as })
        expect(told(await ask(plain, { as: 'anon' })), plain).toEqual(
          told(await ask(plain, { as: 'anon', in: 'off' })),
        )
        expect(told(first), strange).toEqual(told(await ask(strange, { as, in: 'off' })))
      }
    })
  })
}
