import { describe, expect, test } from 'vitest'
import { postId } from '../backend/seed.ts'
import type { Asker, Centre } from '../harness/centre.ts'

/** Where the second of two reads comes from: this isolate, and another one after it. */
type Kept = 'by all' | 'by its isolate' | 'never'

const post = postId(1)
const table: readonly (readonly [string, string, Asker, Kept])[] = [
  ['a list for everybody', '/rest/v1/replies?order=id&limit=20', 'anon', 'by all'],
  ['an item for everybody', '/rest/v1/replies/1?select=text', 'anon', 'by all'],
  ['a count', '/rest/v1/replies?select=count()', 'anon', 'by all'],
  ['what is published, to nobody in particular', '/rest/v1/posts?order=title', 'anon', 'by all'],
  ['all of it, to staff', '/rest/v1/posts?order=title', 'staff', 'by all'],
  ['all of it, by the service key', '/rest/v1/posts?order=title.desc', 'service', 'never'],
  ['what is published, and the own ones', '/rest/v1/posts?order=title', 'ada', 'by its isolate'],
  ['an item that might be the own one', `/rest/v1/posts/${post}`, 'bob', 'by its isolate'],
  ['what is private', '/rest/v1/notes', 'ada', 'by its isolate'],

  ['an embed', '/rest/v1/replies?select=id,post:posts(title)&order=id', 'anon', 'by all'],
  [
    'an embed that depends on who asks',
    '/rest/v1/replies?select=id,post:posts(title)&order=id',
    'bob',
    'by its isolate',
  ],
  ['a search', '/rest/v1/posts?title=fts.by', 'anon', 'by all'],
  ['a resource that says nothing of caches', '/rest/v1/visits', 'anon', 'never'],
  ['such a one within another', '/rest/v1/posts?select=id,visits(id)', 'anon', 'never'],
  ['one within such a one', '/rest/v1/visits?select=id,post:posts(id)', 'anon', 'never'],
  ['what expires', '/rest/v1/bids', 'anon', 'never'],
  ['what depends on the time', '/rest/v1/shows', 'anon', 'never'],
  ['what depends on chance', '/rest/v1/draws', 'anon', 'never'],
  ['a procedure', '/rest/v1/rpc/published_posts', 'anon', 'never'],
]

/** What may be kept, by whom, and for how long. */
export function keepable(centre: () => Centre): void {
  describe('kept', () => {
    test.each(table)('%s: %s as %s is kept %s', async (_, url, as, kept) => {
      const { ask, settled } = centre()
      const first = await ask(url, { as })
      expect([first.status, first.trips]).toEqual([200, 1])
      await settled()
      const here = await ask(url, { as })
      // What is only for some is told to a session that the isolate has seen to stand.
      if (as === 'staff') expect((await ask(`${url}&limit=3`, { as, in: 'b' })).trips).toBe(1)
      const there = await ask(url, { as, in: 'b' })
      expect(here.trips, here.cache).toBe(kept === 'never' ? 1 : 0)
      expect(there.trips, there.cache).toBe(kept === 'by all' ? 0 : 1)
      if (kept === 'never') expect(first.cache).toBe('')
      expect([here.text, there.text]).toEqual([first.text, first.text])
    })

    test('what is stale is given while it is read anew, then what is new', async () => {
      const { ask, settled } = centre()
      const url = '/rest/v1/ticks?select=text,id'
      const change = async (text: string) =>
        expect(
          (await ask('/rest/v1/ticks/1', { as: 'staff', method: 'PATCH', body: { text }, in: 'off' })).status,
        ).toBeLessThan(300)
      await change('before')
      expect((await ask(url)).text).toContain('before')
      await change('after')
      await new Promise((resolve) => setTimeout(resolve, 1_050))
      const stale = await ask(url)
      expect([stale.text.includes('before'), stale.trips]).toEqual([true, 0])
      expect(stale.cache).toContain('hit; ttl=0')
      await settled()
      const fresh = await ask(url)
      expect([fresh.text.includes('after'), fresh.trips]).toEqual([true, 0])
    })
  })
}
