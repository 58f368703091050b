import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { password, postId } from '../backend/seed.ts'
import type { Ask, Centre } from '../harness/centre.ts'

interface Way {
  readonly name: string
  readonly url: string
  readonly write: Ask
  /** What a stranger reads before and after. */
  readonly read: string
  readonly before: RegExp
  readonly after: RegExp
}

const merge = { prefer: 'resolution=merge-duplicates' }
const text = randomUUID()
const own = (number: number): string => `11111111-0000-7000-9000-00000000000${number}`
const title = (number: number) => ({
  read: `/rest/v1/posts/${own(number)}?select=title`,
  before: new RegExp(`title ${number}"`),
})
const after = /changed/
const replyOf = (number: number) => `/rest/v1/replies?post_id=eq.${own(number)}&select=text`

/** Each way to write, and a read that anybody may keep. */
const ways: readonly Way[] = [
  {
    name: 'POST',
    url: '/rest/v1/replies',
    write: { body: { post_id: own(1), text } },
    read: replyOf(1),
    before: /^\[\]$/,
    after: new RegExp(text),
  },
  {
    name: 'POST of many',
    url: '/rest/v1/replies',
    write: {
      body: [
        { post_id: own(2), text },
        { post_id: own(2), text },
      ],
    },
    read: replyOf(2),
    before: /^\[\]$/,
    after: new RegExp(`${text}.*${text}`),
  },
  {
    name: 'PATCH of an item',
    url: `/rest/v1/posts/${own(1)}`,
    write: { method: 'PATCH', body: { title: 'changed 1' } },
    ...title(1),
    after,
  },
  {
    name: 'PATCH of those that a filter means',
    url: `/rest/v1/posts?id=eq.${own(2)}`,
    write: { method: 'PATCH', body: { title: 'changed 2' } },
    ...title(2),
    after,
  },
  {
    name: 'an upsert',
    url: '/rest/v1/posts',
    write: { headers: merge, body: { id: own(3), title: 'changed 3', published: true } },
    ...title(3),
    after,
  },
  {
    name: 'PUT',
    url: `/rest/v1/posts/${own(4)}`,
    write: { method: 'PUT', body: { id: own(4), title: 'changed 4', body: '', published: true } },
    ...title(4),
    after,
  },
  {
    name: 'a batch',
    url: '/rest/v1/',
    write: {
      body: [
        { method: 'PATCH', path: `posts/${own(5)}`, body: { title: 'changed 5' } },
        { method: 'POST', path: 'replies', body: { post_id: own(5), text } },
      ],
    },
    ...title(5),
    after,
  },
  {
    name: 'the second table of a batch',
    url: '/rest/v1/',
    write: {
      body: [
        { method: 'PATCH', path: `posts/${own(6)}`, body: { body: 'x' } },
        { method: 'POST', path: 'replies', body: { post_id: own(6), text } },
      ],
    },
    read: replyOf(6),
    before: /^\[\]$/,
    after: new RegExp(text),
  },
  {
    name: 'a procedure',
    url: '/rest/v1/rpc/rename_post',
    write: { body: { id: own(6), title: 'changed 6' } },
    ...title(6),
    after,
  },
  {
    name: 'a procedure with an Idempotency-Key',
    url: '/rest/v1/rpc/rename_post',
    write: { headers: { 'idempotency-key': randomUUID() }, body: { id: own(7), title: 'changed 7' } },
    ...title(7),
    after,
  },
  {
    name: 'a write with an Idempotency-Key',
    url: `/rest/v1/posts/${own(8)}`,
    write: { method: 'PATCH', headers: { 'idempotency-key': randomUUID() }, body: { title: 'changed 8' } },
    ...title(8),
    after,
  },
  {
    name: 'the service key',
    url: `/rest/v1/posts/${own(9)}`,
    write: { as: 'service', method: 'PATCH', body: { title: 'changed 9' } },
    ...title(9),
    after,
  },
  {
    name: 'a soft deletion',
    url: '/rest/v1/signs/2',
    write: { method: 'DELETE' },
    read: '/rest/v1/signs?select=text',
    before: /exit/,
    after: /^(?!.*exit)/,
  },
  {
    name: 'DELETE',
    url: '/rest/v1/replies?id=eq.3',
    write: { method: 'DELETE' },
    read: '/rest/v1/replies/3?select=text',
    before: /reply 3/,
    after: /NOT_FOUND/,
  },
  {
    name: 'DELETE of what others go with',
    url: `/rest/v1/posts/${postId(3)}`,
    write: { method: 'DELETE' },
    read: `/rest/v1/replies?post_id=eq.${postId(3)}&select=text`,
    before: /goes with it/,
    after: /^\[\]$/,
  },
  {
    name: 'a sign-up',
    url: '/auth/v1/signup',
    write: { as: 'anon', body: { email: `${text}@near.test`, password, data: { handle: text } } },
    read: `/rest/v1/members?handle=eq.${text}&select=handle`,
    before: /^\[\]$/,
    after: new RegExp(text),
  },
]

/** Whoever asks in the data centre where something was written is told what is new: at once, or in a second. */
export function writes(centre: () => Centre): void {
  describe('a write is seen by others in its data centre', () => {
    beforeAll(async () => {
      const { ask } = centre()
      const body = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({
        id: own(number),
        title: `title ${number}`,
        published: true,
      }))
      expect((await ask('/rest/v1/posts', { as: 'staff', body })).status).toBe(201)
      const reply = { post_id: postId(3), text: 'goes with it' }
      expect((await ask('/rest/v1/replies', { body: reply })).status).toBe(201)
      await caughtUp(centre())
    })

    test.each(ways)('$name', async ({ url, write, read, before, after: expected }) => {
      const { ask, settled } = centre()
      expect((await ask(read)).text).toMatch(before)
      expect((await ask(read, { in: 'b' })).text).toMatch(before)
      expect((await ask(read)).trips, 'it is kept').toBe(0)
      const written = await ask(url, { as: 'staff', ...write })
      expect(written.status, written.text).toBeLessThan(300)
      await caughtUp(centre())
      expect((await ask(read)).text, 'in the same isolate').toMatch(expected)
      await settled()
      expect((await ask(read, { in: 'f' })).text, 'in one that asks for the first time').toMatch(expected)
      // The other one trusts for a second what it knew.
      seen.push({ read, expected })
    })
    const seen: { readonly read: string; readonly expected: RegExp }[] = []

    test('by an isolate that knew the old ones, after a second', async () => {
      expect(seen.length).toBe(ways.length)
      await new Promise((resolve) => setTimeout(resolve, 1_050))
      for (const { read, expected } of seen) {
        expect((await centre().ask(read, { in: 'b' })).text, read).toMatch(expected)
      }
    })

    test('what is only tried, or refused, changes nothing that is kept', async () => {
      const { ask } = centre()
      const read = '/rest/v1/members?select=handle&order=id'
      const { text: told } = await ask(read)
      const url = '/rest/v1/members?handle=eq.ada'
      const tried = {
        as: 'staff',
        method: 'PATCH',
        body: { handle: 'eve' },
        headers: { prefer: 'tx=rollback' },
      } as const
      expect((await ask(url, tried)).status).toBeLessThan(300)
      expect(
        (await ask(url, { as: 'ada', method: 'PATCH', body: { handle: 'eve' } })).status,
      ).toBeGreaterThanOrEqual(400)
      const again = await ask(read)
      expect([again.text, again.trips]).toEqual([told, 0])
    })
  })
}

/** Until the replica has what the primary has: what it lags is of other scenes. */
async function caughtUp({ ask }: Centre): Promise<void> {
  const { bookmark } = await ask('/rest/v1/visits', {
    in: 'off',
    headers: { prefer: 'consistency=strong, consistency=session' },
  })
  expect(bookmark).not.toBeNull()
  await ask('/rest/v1/visits', { in: 'off', headers: { 'selvage-bookmark': bookmark ?? '' } })
}
