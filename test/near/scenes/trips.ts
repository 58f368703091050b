import { describe, expect, test } from 'vitest'
import { password, postId } from '../backend/seed.ts'
import type { Ask, Centre } from '../harness/centre.ts'

const post = postId(1)
/** The first time, and the second. */
const table: readonly (readonly [string, string, Ask, readonly [number, number]])[] = [
  ['a list that is kept', '/rest/v1/replies?order=id.desc', {}, [1, 0]],
  ['an item that is kept', '/rest/v1/replies/2', {}, [1, 0]],
  ['an exact count', '/rest/v1/replies?limit=1', { headers: { prefer: 'count=exact' } }, [1, 0]],
  ['an embed', '/rest/v1/posts?select=title,replies(text)', {}, [1, 0]],
  ['a private list', '/rest/v1/notes?order=id', { as: 'bob' }, [1, 0]],
  ['what is not kept', '/rest/v1/visits?order=id', {}, [1, 1]],
  ['the newest', '/rest/v1/replies?order=text', { headers: { prefer: 'consistency=strong' } }, [1, 1]],
  ['an insert', '/rest/v1/replies', { body: { post_id: post, text: 'trips' } }, [1, 1]],
  ['an update', '/rest/v1/posts?title=eq.none', { as: 'ada', method: 'PATCH', body: { body: 'x' } }, [1, 1]],
  ['a deletion', '/rest/v1/replies?text=eq.trips', { as: 'staff', method: 'DELETE' }, [1, 1]],
  [
    'a batch',
    '/rest/v1/',
    { as: 'ada', body: [{ method: 'POST', path: '/replies', body: { post_id: post, text: 'trips' } }] },
    [1, 1],
  ],
  ['a procedure that reads', '/rest/v1/rpc/published_posts', { body: {} }, [1, 1]],
  [
    'a procedure that writes',
    '/rest/v1/rpc/rename_post',
    { as: 'ada', body: { id: post, title: 'By ada' } },
    [1, 1],
  ],
  ['a sign-in', '/auth/v1/token?grant_type=password', { body: { email: 'bob@near.test', password } }, [2, 2]],
  ['who am I', '/auth/v1/user', { as: 'bob' }, [1, 1]],
]

/** How often each route goes to the database, with replicas and caches. */
export function trips(centre: () => Centre): void {
  describe('trips', () => {
    test.each(table)('of %s', async (_, url, given, expected) => {
      const { ask } = centre()
      const first = await ask(url, given)
      const second = await ask(url, given)
      expect(first.status, first.text).toBeLessThan(300)
      expect(second.status, second.text).toBeLessThan(300)
      expect([first.trips, second.trips]).toEqual(expected)
    })
  })
}
