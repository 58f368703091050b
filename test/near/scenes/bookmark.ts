import { describe, expect, test } from 'vitest'
import { startTiming } from '../../../src/base/timing.ts'
import { openBookmark, sealBookmark } from '../../../src/database/bookmark.ts'
import { connect } from '../../../src/database/client.ts'
import { canary } from '../backend/seed.ts'
import { type Centre, followed } from '../harness/centre.ts'

const url = '/rest/v1/notes?select=text'

/** What a client may bring as its bookmark, and what comes of it. */
export function bookmarks(centre: () => Centre): void {
  describe('a bookmark', () => {
    const secret = () => centre().bindings.SERVER_SECRET ?? ''
    const mine = async (): Promise<string> => {
      const { ask } = centre()
      const headers = { prefer: 'consistency=session' }
      const { bookmark } = await ask('/rest/v1/visits', { as: 'ada', headers })
      return bookmark ?? expect.unreachable()
    }
    const inTime = 3_500

    test('is what this server sealed, of a write and of who wants one', async () => {
      const { ask } = centre()
      const { bookmark: read } = await ask('/rest/v1/visits', { headers: { prefer: 'consistency=session' } })
      const body = { post_id: '00000000-0000-7000-9000-000000000001' }
      const { bookmark: written } = await ask('/rest/v1/visits', { body })
      const [one, two] = [read, written].map((text) => openBookmark(secret(), text ?? ''))
      expect(one?.epoch).toMatch(/^[0-9a-f]{32}$/)
      expect(two?.epoch).toBe(one?.epoch)
      expect(two?.frame).toBeGreaterThan(one?.frame ?? Number.POSITIVE_INFINITY)
      expect((await ask('/rest/v1/visits')).bookmark).toBeNull()
      const unlike = { prefer: 'x-consistency=session' }
      expect((await ask('/rest/v1/visits', { headers: unlike })).bookmark).toBeNull()
      // As RFC 7240 §2 has it.
      const alike = { prefer: 'Consistency = "session"' }
      expect((await ask('/rest/v1/visits', { headers: alike })).bookmark).not.toBeNull()
      // Who reads on with it keeps the tick of the write.
      const headers = { prefer: 'consistency=session', 'selvage-bookmark': written ?? '' }
      const { bookmark: after } = await ask('/rest/v1/visits', { headers })
      expect(two?.tick).toBeGreaterThan(0)
      expect(openBookmark(secret(), after ?? '')?.tick).toBeGreaterThanOrEqual(two?.tick ?? Number.NaN)
    })

    test('is told of a hit, too, to who goes from one read to the next', async () => {
      const { ask } = centre()
      const given = { headers: { prefer: 'consistency=session' } }
      const first = await ask('/rest/v1/members?limit=1', given)
      const hit = await ask('/rest/v1/members?limit=1', given)
      expect([first.trips, hit.trips]).toEqual([1, 0])
      const [one, two] = [first, hit].map(({ bookmark }) => openBookmark(secret(), bookmark ?? ''))
      // Not older than what is in the answer.
      expect(two?.epoch).toBe(one?.epoch)
      expect(two?.frame).toBeGreaterThanOrEqual(one?.frame ?? Number.POSITIVE_INFINITY)
      expect([one?.tick, two?.tick]).not.toContain(0)
      expect(two?.tick).toBe(one?.tick)
    })

    test('of a read finds what is kept as new as that, whoever wrote something else meanwhile', async () => {
      const { ask, nodes } = centre()
      const page = '/rest/v1/members?limit=3'
      await ask(page)
      // By another data centre: nobody here has heard of it.
      const database = connect({ url: nodes.primary.sqld.url, token: null })
      await database.transact([{ sql: 'update visits set post_id = post_id', args: [] }], startTiming())
      await followed(ask)
      const given = { headers: { prefer: 'consistency=session' } }
      const { bookmark, trips } = await ask('/rest/v1/visits', given)
      await centre().settled()
      const kept = await ask(page, { headers: { 'selvage-bookmark': bookmark ?? expect.unreachable() } })
      expect([trips, kept.trips]).toEqual([1, 0])
    })

    test.each<[string, (good: string) => string]>([
      ['forged', (good) => good.replace(/\.\d+\./, '.99999999.')],
      [
        'of another server',
        (good) => {
          const opened = openBookmark(secret(), good) ?? expect.unreachable()
          return sealBookmark('another secret that is long enough for a server', opened)
        },
      ],
      ['cut off', (good) => good.slice(0, -1)],
      ['longer', (good) => `${good}A`],
      ['huge', () => 'a'.repeat(7_000)],
      ['of another frame with zeros before it', (good) => good.replace(/\.(\d+)\./, '.0$1.')],
      ['given twice', (good) => `${good}, ${good}`],
      ['given twice, and once wrong', (good) => `${good}, x`],
    ])('%s is refused, and nothing waits; as a cookie it is passed over', async (_, change) => {
      const { ask } = centre()
      const wrong = change(await mine())
      const refused = await ask(url, { as: 'ada', headers: { 'selvage-bookmark': wrong } })
      expect([refused.status, refused.trips]).toEqual([400, 0])
      expect(refused.text).toContain('BOOKMARK_INVALID')
      expect(refused.text).not.toContain(canary('ada', 'note'))
      expect(refused.milliseconds).toBeLessThan(inTime)
      if (wrong.includes(',')) return
      const passed = await ask(url, { as: 'ada', headers: { cookie: `selvage-bookmark=${wrong}` } })
      expect([passed.status, passed.text]).toEqual([200, JSON.stringify([{ text: canary('ada', 'note') }])])
    })

    test('without a tick finds nothing that is kept, for it is not known what its owner has seen', async () => {
      const { ask } = centre()
      const url = '/rest/v1/members?limit=2'
      await ask(url)
      expect((await ask(url)).trips).toBe(0)
      const { epoch, frame } = openBookmark(secret(), await mine()) ?? expect.unreachable()
      const headers = { 'selvage-bookmark': sealBookmark(secret(), { epoch, frame, tick: 0 }) }
      const answer = await ask(url, { headers })
      expect([answer.trips, answer.cache.includes('hit')]).toEqual([1, false])
      expect((await ask(url)).trips).toBe(0)
    })

    test.each([['header'], ['cookie']])(
      'of another epoch, as a %s: answered by the primary, and another is given',
      async (way) => {
        const { ask } = centre()
        const { frame } = openBookmark(secret(), await mine()) ?? expect.unreachable()
        const old = sealBookmark(secret(), { epoch: '0'.repeat(32), frame: frame + 1_000_000, tick: 0 })
        const headers = way === 'header' ? { 'selvage-bookmark': old } : { cookie: `selvage-bookmark=${old}` }
        const answer = await ask('/rest/v1/posts?select=id', { as: 'ada', headers })
        expect(answer.status).toBe(200)
        expect(answer.milliseconds).toBeLessThan(inTime)
        expect(answer.headers.get('server-timing')).toContain('node;desc="primary"')
        const given = openBookmark(secret(), answer.bookmark ?? '')
        expect(given?.epoch).not.toBe('0'.repeat(32))
        expect(given?.tick).toBeGreaterThan(0)
        expect(answer.headers.has('set-cookie')).toBe(way === 'cookie')
      },
    )

    test('the cookie comes to who has cookies alone', async () => {
      const { ask } = centre()
      const body = { post_id: '00000000-0000-7000-9000-000000000001' }
      expect((await ask('/rest/v1/visits', { body })).headers.has('set-cookie')).toBe(false)
      const { headers } = await ask('/rest/v1/visits', { body, headers: { cookie: 'a=b' } })
      expect(headers.get('set-cookie')).toContain('selvage-bookmark=')
    })

    test('Prefer: consistency=strong asks the primary, and eventual nobody', async () => {
      const { ask } = centre()
      await ask('/rest/v1/members?limit=2')
      const strong = await ask('/rest/v1/members?limit=2', { headers: { prefer: 'consistency=strong' } })
      expect(strong.trips).toBe(1)
      expect(strong.cache).toContain('fwd=bypass')
      expect(strong.headers.get('server-timing')).toContain('node;desc="primary"')
      expect(strong.headers.get('preference-applied')).toBe('consistency=strong')
      const any = await ask('/rest/v1/members?limit=2', {
        as: 'bob',
        headers: { prefer: 'consistency=eventual' },
      })
      expect(any.trips).toBe(0)
    })
  })
}
