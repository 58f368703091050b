import { setTimeout as sleep } from 'node:timers/promises'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { backend, everyone, resource } from '../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from '../engine/keep/world.ts'
import { startNodes, type TestNodes } from '../harness/nodes.ts'

const pages = sqliteTable('pages', { id: integer().primaryKey(), text: text().notNull() })
const cache = { maxAge: 1, staleWhileRevalidate: 600, afterWrite: 'revalidate' } as const
const keptPages = resource(pages, { read: everyone, update: everyone, cache })

let nodes: TestNodes
let world: KeptWorld
beforeAll(async () => {
  nodes = await startNodes(1)
  const { url } = nodes.primary.wire
  world = await startKept(
    backend({ name: 'Pages', roles: { member: [] }, defaultRole: 'member', resources: [keptPages] }),
    { url, stop: () => nodes.stop() },
  )
  await world.run(["insert into pages values (1, 'old')"])
}, 60_000)
afterAll(() => world.stop())

async function follows(url: string): Promise<void> {
  const rows = () =>
    connect({ url, token: null }).run({ sql: 'select id from pages', args: [] }, startTiming())
  await expect
    .poll(async () => (await rows().catch(() => ({ rows: [] }))).rows.length, { timeout: 10_000 })
    .toBe(1)
}

test('what is told of a hit is of the hit, and not of what is read anew meanwhile at a replica that lags', async () => {
  const [replica] = nodes.replicas
  if (replica === undefined) throw new RangeError('there is one')
  await follows(replica.wire.url)
  replica.link.pause()
  try {
    newDataCentre()
    await world.isolate()('/rest/v1/pages?id=eq.1', { method: 'PATCH', body: { text: 'new' } })
    newDataCentre()
    await world.isolate()('/rest/v1/pages?select=text&id=eq.1')
    await sleep(1_200)
    // It has just begun, so that it knows of no history; and while it answers, the replica near it does, too.
    const list = [{ name: 'near', url: replica.wire.url, place: [0, 0] }]
    const here = world.isolate({ DATABASE_REPLICAS: JSON.stringify(list), DATABASE_PLACE: '35.7,139.7' })
    const asked = { cf: { latitude: '0.1', longitude: '0.1' }, headers: { prefer: 'consistency=session' } }
    const hit = await here('/rest/v1/pages?select=text&id=eq.1', asked)
    expect([hit.headers.get('cache-status'), hit.text]).toEqual([
      expect.stringContaining('hit'),
      expect.stringContaining('new'),
    ])
    const headers = { ...asked.headers, 'selvage-bookmark': hit.headers.get('selvage-bookmark') ?? '' }
    const next = await here('/rest/v1/pages?select=text,id&id=eq.1', { ...asked, headers })
    expect(next.text).toContain('new')
  } finally {
    replica.link.resume()
  }
}, 60_000)
