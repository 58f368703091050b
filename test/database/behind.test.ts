import { expect, test } from 'vitest'
import { type Cluster, clusterOf, failed } from '../../src/database/cluster.ts'
import { ageSeconds, isBehind, looked } from '../../src/database/fresh/looks.ts'

const node = (name: string, isPrimary: boolean) => ({ name, url: '', token: null, place: null, isPrimary })

/** The primary is looked at every so many milliseconds, from 100 s to 130 s, and writes a frame each 100 ms. */
function lookedAt(every: number, replicaFrame: number, note: (cluster: Cluster, now: number) => void) {
  const cluster = clusterOf(node('primary', true), [node('replica', false)])
  const [replica] = cluster.replicas
  if (replica === undefined) throw new RangeError('there is one')
  replica.frame = replicaFrame
  for (let now = 100_000; now <= 130_000; now += 100) {
    if (now % every === 0) looked(cluster, { epoch: 'a', frame: now / 100, tick: now }, now)
    note(cluster, now)
  }
  return { cluster, replica }
}

test.each([100, 1_000, 2_000, 5_000])(
  'a replica that stands still is found behind, looked at every %d ms, however often',
  (every) => {
    let since = Number.POSITIVE_INFINITY
    let found = 0
    lookedAt(every, 1, (cluster, now) => {
      const [replica] = cluster.replicas
      if (replica === undefined || !isBehind(cluster, replica, now)) return
      since = Math.min(since, now)
      found += 1
    })
    expect(since).toBeLessThanOrEqual(106_000)
    // From then on.
    expect(found).toBe((130_000 - since) / 100 + 1)
  },
)

test.each([100, 5_000])('and one that follows is not: %d ms', (every) => {
  const { cluster, replica } = lookedAt(every, 1_299, () => undefined)
  expect(isBehind(cluster, replica, 130_000)).toBe(false)
})

test('while the primary is silent nobody is behind it, and what a replica has not come to makes it older', () => {
  const { cluster, replica } = lookedAt(1_000, 1_200, () => undefined)
  expect(ageSeconds(cluster, 1_200, 131_000)).toBeNull()
  cluster.primary.frame = 1_300
  cluster.primary.answeredAtMilliseconds = 130_000
  failed(cluster.primary, 131_000, 131_000)
  expect(isBehind(cluster, replica, 140_000)).toBe(false)
  expect([ageSeconds(cluster, 1_300, 140_000), ageSeconds(cluster, 1_270, 140_000)]).toEqual([10, 13])
  expect(ageSeconds(cluster, 1, 140_000)).toBeGreaterThanOrEqual(15)
})
