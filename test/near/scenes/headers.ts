import { describe, expect, test } from 'vitest'
import type { Centre } from '../harness/centre.ts'
import { parseCacheStatus } from '../harness/status.ts'

const statusOf = (text: string) => parseCacheStatus(text)[0]

/** What an answer says of caches is so, and can be read by whoever knows the standards. */
export function headers(centre: () => Centre): void {
  describe('headers', () => {
    test('a miss that is kept, then a hit of the isolate, then of the data centre', async () => {
      const url = '/rest/v1/replies?id=eq.1'
      const { ask, settled } = centre()
      const miss = await ask(url)
      expect(statusOf(miss.cache)).toEqual({
        cache: 'Selvage',
        parameters: { fwd: 'uri-miss', stored: true },
      })
      expect(miss.headers.has('age')).toBe(false)
      expect(miss.trips).toBe(1)
      await settled()
      const hit = await ask(url)
      expect(statusOf(hit.cache)).toEqual({
        cache: 'Selvage',
        parameters: { hit: true, ttl: expect.any(Number), detail: 'memory' },
      })
      expect([hit.trips, hit.text, hit.headers.get('etag')]).toEqual([0, miss.text, miss.headers.get('etag')])
      const far = await ask(url, { in: 'b' })
      expect(statusOf(far.cache)?.parameters).toMatchObject({ hit: true, detail: 'data-centre' })
      expect([far.trips, far.text]).toEqual([0, miss.text])
    })

    test('what a write has overtaken is stale, and was not missing', async () => {
      const { ask } = centre()
      const url = '/rest/v1/replies?select=text&id=eq.1'
      await ask(url)
      const change = { as: 'staff', method: 'PATCH', body: { text: 'reply 1' } } as const
      expect((await ask('/rest/v1/replies?id=eq.1', change)).status).toBe(204)
      const again = await ask(url)
      expect(statusOf(again.cache)?.parameters).toEqual({ fwd: 'stale', stored: true })
      expect([again.trips, again.headers.has('age')]).toEqual([1, false])
    })

    test('the age of what was kept a while ago, however it is told', async () => {
      const { ask, settled } = centre()
      const [list, absent] = ['/rest/v1/signs?order=text', '/rest/v1/replies/888888']
      const { headers: told } = await ask(list)
      await ask(absent)
      await settled()
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      const headers = { 'if-none-match': told.get('etag') ?? '' }
      const rows = [
        ['data-centre', 200, await ask(list, { in: 'b' })],
        ['memory', 304, await ask(list, { headers })],
        ['memory', 404, await ask(absent)],
      ] as const
      for (const [detail, status, answer] of rows) {
        const age = Number(answer.headers.get('age'))
        expect(age, answer.cache).toBeGreaterThanOrEqual(1)
        expect([answer.status, answer.trips]).toEqual([status, 0])
        expect(statusOf(answer.cache)?.parameters).toEqual({ hit: true, ttl: 60 - age, detail })
        // A client takes that age off: twenty seconds are left to it.
        if (status !== 404) expect(answer.headers.get('cache-control')).toBe(`public, max-age=${age + 20}`)
      }
    })

    test('the age and what is left of it', async () => {
      const url = '/rest/v1/ticks'
      const { ask } = centre()
      await ask(url)
      const young = await ask(url)
      expect(young.headers.get('age')).toBe('0')
      expect(statusOf(young.cache)?.parameters.ttl).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      const old = await ask(url)
      expect(old.headers.get('age')).toBe('1')
      expect(statusOf(old.cache)?.parameters).toMatchObject({ hit: true, ttl: 0 })
      expect(old.trips).toBe(0)
    })

    test.each([
      ['of clients that may keep it', '/rest/v1/signs', 'anon', 'public, max-age=20'],
      ['of a user, though anybody may read it', '/rest/v1/signs', 'ada', 'private, no-cache'],
      ['of what is kept here alone', '/rest/v1/replies', 'anon', 'private, no-cache'],
      ['of what is kept nowhere', '/rest/v1/visits', 'anon', 'private, no-cache'],
    ] as const)('Cache-Control %s', async (_, url, as, expected) => {
      const { ask } = centre()
      for (const answer of [await ask(url, { as }), await ask(url, { as })]) {
        expect(answer.headers.get('cache-control')).toBe(expected)
      }
    })

    test('who asks for the newest there is keeps nothing for the next time', async () => {
      const headers = { prefer: 'consistency=strong' }
      const strong = await centre().ask('/rest/v1/signs', { headers })
      expect([strong.cache, strong.headers.get('cache-control')]).toEqual([
        'Selvage; fwd=bypass; stored',
        'private, no-cache',
      ])
    })

    test('what an answer depends on is in Vary, and CORS shows what there is to see', async () => {
      const { headers: told } = await centre().ask('/rest/v1/replies')
      const vary = (told.get('vary') ?? '').toLowerCase().split(', ')
      for (const name of [
        'accept',
        'accept-profile',
        'authorization',
        'apikey',
        'cookie',
        'prefer',
        'range',
        'range-unit',
        'selvage-bookmark',
      ]) {
        expect(vary).toContain(name)
      }
      const exposed = (told.get('access-control-expose-headers') ?? '').toLowerCase().split(', ')
      for (const name of [
        'age',
        'cache-status',
        'etag',
        'selvage-bookmark',
        'selvage-data-age',
        'server-timing',
      ]) {
        expect(exposed).toContain(name)
      }
    })

    test('304 of what is kept costs no trip, for who has it alone', async () => {
      const { ask } = centre()
      const url = '/rest/v1/replies?id=eq.2'
      const { headers: told } = await ask(url)
      const etag = told.get('etag') ?? ''
      const same = await ask(url, { headers: { 'if-none-match': etag } })
      expect([same.status, same.text, same.trips, same.headers.get('etag')]).toEqual([304, '', 0, etag])
      expect(same.cache).toContain('hit')
      expect((await ask(url, { headers: { 'if-none-match': '"another"' } })).status).toBe(200)
    })

    test('HEAD is told what GET is, without the body', async () => {
      const { ask } = centre()
      const url = '/rest/v1/replies?id=eq.3'
      const get = await ask(url)
      const head = await ask(url, { method: 'HEAD' })
      expect([head.status, head.text, head.trips]).toEqual([200, '', 0])
      for (const name of ['etag', 'content-range', 'content-type', 'vary']) {
        expect(head.headers.get(name), name).toBe(get.headers.get(name))
      }
      expect(head.cache).toContain('hit')
    })

    test('an absent item is kept as absent', async () => {
      const { ask } = centre()
      const url = '/rest/v1/replies/999999'
      const first = await ask(url)
      const second = await ask(url)
      expect([first.status, first.trips, second.status, second.trips]).toEqual([404, 1, 404, 0])
      expect(second.text).toBe(first.text)
    })

    test('an answer that gives somebody a cookie is nobody else’s to keep', async () => {
      const given = { headers: { prefer: 'consistency=session', cookie: 'theme=dark' } }
      const { ask } = centre()
      const told = await ask('/rest/v1/signs?id=eq.1', given)
      expect(told.headers.get('set-cookie')).toMatch(
        /^selvage-bookmark=.*; Path=\/; .*HttpOnly; Secure; SameSite=Lax/,
      )
      expect(told.headers.get('cache-control')).not.toContain('public')
    })
  })
}
