import { describe, expect, test } from 'vitest'
import type { Answer, Centre } from '../../harness/centre.ts'
import { parseCacheStatus } from '../../harness/status.ts'

/** What is left where the database is gone and this data centre has nothing: what others gave to the world. */
export function outages(centre: () => Centre): void {
  /** Another data centre fills it for the second time: then the world has it. */
  const giveToTheWorld = async (url: string): Promise<string> => {
    const { ask, settled } = centre()
    const given = { in: 'b', headers: { prefer: 'consistency=strong' } } as const
    const [first] = [await ask(url, given), await ask(url, given)]
    expect([first.status, first.cache]).toEqual([200, 'Selvage; fwd=bypass; stored'])
    await settled()
    return first.text
  }
  const outage = async (fault: { status: number } | { drop: true }, work: () => Promise<void>) => {
    const { nodes } = centre()
    const wires = [nodes.primary, ...nodes.replicas].map(({ wire }) => wire)
    await centre().break('c', { cache: 'forget' })
    for (const wire of wires) wire.strike(fault)
    try {
      await work()
    } finally {
      for (const wire of wires) wire.strike(null)
      await centre().break('c', { cache: null, world: null })
    }
  }
  const told = ({ cache }: Answer) => parseCacheStatus(cache)[0]?.parameters

  describe('without a database, in a data centre that has nothing', () => {
    test('what the world has is given for as long as an error allows', async () => {
      const url = '/rest/v1/ticks?select=id,text&limit=11'
      const text = await giveToTheWorld(url)
      // Past its other times.
      await new Promise((resolve) => setTimeout(resolve, 2_100))
      await outage({ drop: true }, async () => {
        const answer = await centre().ask(url, { in: 'c' })
        expect([answer.status, answer.text]).toEqual([200, text])
        expect(told(answer)).toEqual({ hit: true, ttl: expect.any(Number), detail: 'world' })
        expect(told(answer)?.ttl).toBeLessThan(0)
      })
    })

    test.each([
      ['cut', 91],
      ['older', 92],
      ['fail', 93],
      ['hang', 94],
    ] as const)('nothing is made of what the world has, where that is: %s', async (world, limit) => {
      const { ask } = centre()
      const url = `/rest/v1/replies?order=id&limit=${limit}`
      const text = await giveToTheWorld(url)
      await outage({ status: 503 }, async () => {
        await centre().break('c', { world })
        const refused = await ask(url, { in: 'c' })
        expect([refused.status, JSON.parse(refused.text).code]).toEqual([503, 'UNAVAILABLE_DATABASE'])
        expect([refused.cache, refused.headers.get('age')]).toEqual(['', null])
        expect(refused.milliseconds).toBeLessThan(1_500)
        // It was there all the time.
        await centre().break('c', { world: null })
        const given = await ask(url, { in: 'c' })
        expect([given.status, given.text, told(given)?.detail]).toEqual([200, text, 'world'])
      })
    })
  })
}
