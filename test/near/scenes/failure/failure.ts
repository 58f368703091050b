import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { startTiming } from '../../../../src/base/timing.ts'
import { connect } from '../../../../src/database/client.ts'
import { postId } from '../../backend/seed.ts'
import type { Centre } from '../../harness/centre.ts'

/** What fails near the edge makes an answer slower, never wrong, and never an error. */
export function failures(centre: () => Centre): void {
  const everything = ({ nodes }: Centre) => [nodes.primary, ...nodes.replicas]
  const trips = (one: Centre) => everything(one).reduce((sum, { wire }) => sum + wire.all, 0)

  describe('failures', () => {
    const crowd = async (url: string, many: number) => {
      const before = trips(centre())
      const { text } = await centre().ask(url, { headers: { 'test-crowd': String(many) } })
      // Beside those, somebody looks now and then how the primary is.
      return { ...JSON.parse(text), trips: trips(centre()) - before }
    }

    test('a thousand misses on one key make few queries, and all are answered', async () => {
      const told = await crowd('/rest/v1/replies?select=text,id&order=id&limit=77', 1_000)
      expect(told).toMatchObject({ statuses: [200], texts: 1 })
      expect(told.trips).toBeLessThanOrEqual(20)
    }, 60_000)

    test('and so they do where the database is slow', async () => {
      for (const { wire } of everything(centre())) wire.strike({ delayMilliseconds: 1_100 })
      try {
        const told = await crowd('/rest/v1/replies?select=text,id&order=id&limit=78', 200)
        expect(told).toMatchObject({ statuses: [200], texts: 1 })
        expect(told.trips).toBeLessThanOrEqual(20)
      } finally {
        for (const { wire } of everything(centre())) wire.strike(null)
      }
    })

    test('an older answer that comes late takes no place: what a replica lags is kept nowhere', async () => {
      const { ask, nodes, settled } = centre()
      const text = randomUUID()
      const url = `/rest/v1/replies?text=eq.${text}&select=text`
      for (const { link } of nodes.replicas) link.pause()
      try {
        await ask('/rest/v1/replies', { as: 'ada', body: { post_id: postId(1), text } })
        await settled()
        // Strangers may be told what the replica has; nobody keeps it.
        for (const name of ['a', 'b'] as const) {
          const answer = await ask(url, { in: name })
          expect(answer.status).toBe(200)
          if (!answer.text.includes(text)) expect(answer.cache).not.toContain('stored')
        }
        expect((await ask(url, { as: 'ada', in: 'b' })).text).toContain(text)
      } finally {
        for (const { link } of nodes.replicas) link.resume()
      }
      const { bookmark } = await ask('/rest/v1/visits', {
        as: 'ada',
        headers: { prefer: 'consistency=session' },
      })
      await ask('/rest/v1/visits', { headers: { 'selvage-bookmark': bookmark ?? '' } })
      for (const name of ['a', 'b'] as const) expect((await ask(url, { in: name })).text).toContain(text)
    })

    test('what was written beside the Worker is seen after maxAge', async () => {
      const { ask, nodes, settled } = centre()
      const url = '/rest/v1/ticks?select=text'
      await ask(url)
      const text = randomUUID()
      const database = connect({ url: nodes.primary.sqld.url, token: null })
      await database.transact([{ sql: `update ticks set text = '${text}'`, args: [] }], startTiming())
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await ask(url)
      await settled()
      expect((await ask(url)).text).toContain(text)
    })

    test.each([
      ['cache', 'fail', 'c'],
      ['cache', 'forget', 'c'],
      ['cache', 'garbage', 'd'],
      ['cache', 'hang', 'd'],
      ['world', 'fail', 'e'],
      ['world', 'garbage', 'e'],
      ['world', 'hang', 'e'],
    ] as const)('%s: %s', async (tier, breakage, name) => {
      const { ask } = centre()
      await centre().break(name, { [tier]: breakage })
      try {
        for (let round = 0; round < 3; round += 1) {
          const text = randomUUID()
          const urls = [`/rest/v1/replies?text=eq.${text}&select=text`, '/rest/v1/replies?select=text']
          for (const url of urls) {
            const answers = [await ask(url, { in: name }), await ask(url, { in: name })]
            for (const answer of answers) expect(answer.status, answer.text).toBe(200)
          }
          for (const as of ['ada', 'anon'] as const) {
            const body = { post_id: postId(1), text }
            const written = await ask('/rest/v1/replies', { as, in: name, body })
            expect(written.status).toBe(201)
            expect(written.milliseconds).toBeLessThan(4_000)
            const headers: Record<string, string> =
              as === 'ada' ? {} : { 'selvage-bookmark': written.bookmark ?? '' }
            for (const url of urls) {
              const answer = await ask(url, { as, in: name, headers })
              expect([answer.status, answer.text.includes(text)]).toEqual([200, true])
              expect(answer.milliseconds).toBeLessThan(2_000)
            }
          }
        }
      } finally {
        await centre().break(name, { [tier]: null })
      }
    })

    test.each(['forget', 'fail'] as const)(
      'where no isolate can tell another what was written (%s), the primary says',
      async (cache) => {
        const { ask, nodes } = centre()
        const text = randomUUID()
        const url = '/rest/v1/replies?select=text&order=id.desc&limit=30'
        for (const { link } of nodes.replicas) link.pause()
        for (const name of ['c', 'd'] as const) await centre().break(name, { cache })
        try {
          await ask(url, { as: 'ada', in: 'd' })
          await ask('/rest/v1/replies', { as: 'ada', in: 'c', body: { post_id: postId(1), text } })
          const answer = await ask(url, { as: 'ada', in: 'd' })
          expect([answer.status, answer.text.includes(text)]).toEqual([200, true])
        } finally {
          for (const name of ['c', 'd'] as const) await centre().break(name, { cache: null })
          for (const { link } of nodes.replicas) link.resume()
        }
      },
    )

    test('a refresh after the answer that fails is in the log by its name', async () => {
      const { ask, log, settled } = centre()
      const url = '/rest/v1/ticks?select=id,text&limit=7'
      await ask(url)
      await settled()
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      for (const { wire } of everything(centre())) wire.strike({ status: 503 })
      try {
        expect((await ask(url)).status).toBe(200)
        await settled()
      } finally {
        for (const { wire } of everything(centre())) wire.strike(null)
      }
      expect(log()).toContain('{"cache":"refresh","error":"Problem"}')
    })

    test('what fails is in the log by its name, and nothing else is', () => {
      const log = centre().log()
      expect(log).toContain('{"cache":"data-centre","error":"Error"}')
      expect(log).toContain('{"cache":"world","error":"Error"}')
      expect(log).not.toMatch(/canary|sb_(?:secret|publishable)|eyJ|selvage\/cache|select /)
    })

    test('nothing is kept where that is switched off', async () => {
      const { ask } = centre()
      for (let tries = 0; tries < 2; tries += 1) {
        const answer = await ask('/rest/v1/replies', { in: 'off' })
        expect([answer.status, answer.trips, answer.cache, answer.headers.get('age')]).toEqual([
          200,
          1,
          '',
          null,
        ])
      }
    })

    test('the primary is lost: reads go on and say how old they may be, and writes are refused', async () => {
      const { ask, nodes, settled } = centre()
      await ask('/rest/v1/visits', { in: 'a' })
      await settled()
      nodes.primary.wire.strike({ drop: true })
      try {
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        const write = () => ask('/rest/v1/replies', { in: 'f', body: { post_id: postId(1), text: 'lost' } })
        for (let tries = 0; tries < 4; tries += 1) {
          const refused = await write()
          expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
        }
        const read = await ask('/rest/v1/visits', { in: 'f' })
        expect([read.status, read.headers.get('server-timing')]).toEqual([
          200,
          expect.stringContaining('node;desc="replica-0"'),
        ])
        expect(Number(read.headers.get('selvage-data-age'))).toBeGreaterThanOrEqual(1)
        // One that began afterwards learns of the others since when.
        await ask('/rest/v1/visits', { in: 'g' })
        await settled()
        const fresh = await ask('/rest/v1/visits', { in: 'g' })
        expect(Number(fresh.headers.get('selvage-data-age'))).toBeGreaterThanOrEqual(2)
      } finally {
        nodes.primary.wire.strike(null)
      }
    })

    test('all is lost: what may be given on an error is, and the rest says that it cannot', async () => {
      const { ask } = centre()
      const url = '/rest/v1/ticks?select=id'
      const { text } = await ask(url)
      await new Promise((resolve) => setTimeout(resolve, 2_100))
      for (const { wire } of everything(centre())) wire.strike({ status: 503 })
      try {
        const stale = await ask(url)
        expect([stale.status, stale.text]).toEqual([200, text])
        expect(stale.cache).toMatch(/^Selvage; hit; ttl=-[1-9]/)
        expect((await ask('/rest/v1/ticks?select=id&limit=9')).status).toBe(503)
        expect((await ask(url, { headers: { prefer: 'consistency=strong' } })).status).toBe(503)
      } finally {
        for (const { wire } of everything(centre())) wire.strike(null)
      }
    })
  })
}
