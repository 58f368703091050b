import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { postId } from '../backend/seed.ts'
import type { Ask, Centre } from '../harness/centre.ts'
import { lagging } from './own.ts'

/** What a data centre is told, and asked, while the database is on its way: nobody waits for one after the other. */
export function meanwhile(centre: () => Centre): void {
  describe('meanwhile', () => {
    const write = (text: string, given: Ask = {}) =>
      centre().ask('/rest/v1/replies', { as: 'ada', body: { post_id: postId(1), text }, ...given })
    const told = async (text: string, given: Ask = {}) => {
      const { ask } = centre()
      const urls = [`/rest/v1/replies?text=eq.${text}&select=text`, '/rest/v1/replies?select=text&order=id']
      const answers = await Promise.all(urls.map((url) => ask(url, { as: 'ada', in: 'b', ...given })))
      return answers.map((answer) => answer.text.includes(text))
    }

    test('a write waits for its trip and not for what is told after it; who reads then sees it', async () => {
      const { nodes, settled } = centre()
      const { wire } = nodes.primary
      await write(randomUUID())
      await settled()
      let fastest = Number.POSITIVE_INFINITY
      // A database that is busy is asked again, as late.
      for (let round = 0; round < 3; round += 1) {
        const text = randomUUID()
        await lagging(centre(), async () => {
          // Five looks and puts are made meanwhile, and three afterwards.
          await centre().break('a', { cache: 30 })
          wire.strike({ delayMilliseconds: 600 })
          try {
            const { status, milliseconds } = await write(text)
            wire.strike(null)
            expect(status).toBe(201)
            fastest = Math.min(fastest, milliseconds)
            expect(await told(text)).toEqual([true, true])
          } finally {
            wire.strike(null)
            await centre().break('a', { cache: null })
          }
        })
      }
      expect(fastest).toBeLessThan(690)
    })

    test('of two writes of one session at once, each is seen when it was answered', async () => {
      for (let round = 0; round < 5; round += 1) {
        await lagging(centre(), async () => {
          const texts = [randomUUID(), randomUUID(), randomUUID()]
          const seen = await Promise.all(
            texts.map(async (text, index) => {
              const { status } = await write(text, { in: index === 0 ? 'a' : index === 1 ? 'b' : 'd' })
              return [status, ...(await told(text, { in: 'c' }))]
            }),
          )
          expect(seen).toEqual(texts.map(() => [201, true, true]))
        })
      }
    })

    test('what was refused keeps nobody from the nearest node', async () => {
      const { ask, settled } = centre()
      const visits = { as: 'bob', in: 'b' } as const
      await ask('/rest/v1/visits?order=id', visits)
      const body = { post_id: 'nowhere', text: 'x' }
      expect((await ask('/rest/v1/replies', { as: 'bob', body })).status).toBeGreaterThanOrEqual(400)
      await settled()
      const answer = await ask('/rest/v1/visits?order=id', visits)
      expect([answer.trips, nodeOf(answer.headers)]).toEqual([1, 'replica-0'])
    })

    test('a read asks the nearest node while it looks for the last write of its session', async () => {
      const { ask, nodes, settled } = centre()
      const strike = (delay: number | null) => {
        for (const { wire } of nodes.replicas) {
          wire.strike(delay === null ? null : { delayMilliseconds: delay })
        }
      }
      const read = () => ask('/rest/v1/visits?order=id', { as: 'bob', in: 'f' })
      await read()
      await settled()
      await centre().break('f', { cache: 200 })
      strike(300)
      try {
        const answer = await read()
        expect([answer.status, answer.trips]).toEqual([200, 1])
        expect(answer.milliseconds).toBeLessThan(470)
      } finally {
        strike(null)
        await centre().break('f', { cache: null })
      }
    })

    test('and asks again, once, when more is owed; from then on it knows', async () => {
      const { ask, settled } = centre()
      const id = '/rest/v1/visits?order=id'
      await ask(id, { as: 'staff', in: 'e' })
      await write(randomUUID(), { as: 'staff' })
      await settled()
      const timings = []
      for (let tries = 0; tries < 2; tries += 1) {
        const { trips, headers } = await ask(id, { as: 'staff', in: 'e' })
        timings.push([trips, /repeated;desc="(\d)"/.exec(headers.get('server-timing') ?? '')?.[1]])
      }
      expect(timings).toEqual([
        [2, '1'],
        [1, undefined],
      ])
    })
  })
}

const nodeOf = (headers: Headers): string | undefined =>
  /node;desc="([^"]*)"/.exec(headers.get('server-timing') ?? '')?.[1]
