import { setTimeout as sleep } from 'node:timers/promises'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backend, everyone, resource } from '../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from '../engine/keep/world.ts'
import { followed } from '../harness/followed.ts'
import { startNodes, type TestNodes } from '../harness/nodes.ts'

const pages = sqliteTable('pages', { id: integer().primaryKey(), text: text().notNull() })
const notes = sqliteTable('notes', { id: integer().primaryKey(), text: text().notNull() })
const resources = [
  resource(pages, { read: everyone, update: everyone, cache: { maxAge: 60 } }),
  resource(notes, { read: everyone, update: everyone }),
]

let nodes: TestNodes
let world: KeptWorld
let token: string
beforeAll(async () => {
  nodes = await startNodes(1)
  world = await startKept(
    backend({ name: 'Notes', roles: { member: [] }, defaultRole: 'member', resources }),
    { url: nodes.primary.wire.url, stop: () => nodes.stop() },
  )
  await world.run(["insert into pages values (1, 'page')", "insert into notes values (1, 'old'), (2, 'old')"])
  token = await world.signIn('ada', 'member', crypto.randomUUID())
}, 60_000)
afterAll(() => world.stop())

test('the bookmark of a hit is as new to a session as its last write', async () => {
  const [replica] = nodes.replicas
  if (replica === undefined) throw new RangeError('there is one')
  await followed(replica.wire.url, 'select id from auth_sessions', ({ rows }) => rows.length === 1)
  newDataCentre()
  const list = [{ name: 'near', url: replica.wire.url, place: [0, 0] }]
  const changes = { DATABASE_REPLICAS: JSON.stringify(list), DATABASE_PLACE: '35.7,139.7' }
  const [one, two] = [world.isolate(changes), world.isolate(changes)]
  const asked = { as: token, cf: { latitude: '0.1', longitude: '0.1' } }
  const path = '/rest/v1/notes?select=text&id=eq.1'
  expect((await one(path, asked)).text).toContain('old')
  // Now there is a tick.
  const first = { ...asked, as: 'service', method: 'PATCH', body: { text: 'else' } }
  expect((await one('/rest/v1/notes?id=eq.2', first)).status).toBe(204)
  await sleep(300)
  await one('/rest/v1/pages?id=eq.1', asked)
  await sleep(300)
  replica.link.pause()
  try {
    const change = { ...asked, method: 'PATCH', body: { text: 'new' } }
    expect((await one('/rest/v1/notes?id=eq.1', change)).status).toBe(204)
    // The page is loaded anew: the bookmark of the write is gone, and the session is known.
    const hit = await one('/rest/v1/pages?id=eq.1', {
      ...asked,
      headers: { prefer: 'consistency=session' },
    })
    expect(hit.headers.get('cache-status')).toContain('hit')
    const headers = { 'selvage-bookmark': hit.headers.get('selvage-bookmark') ?? '' }
    for (const isolate of [one, two])
      expect((await isolate(path, { ...asked, headers })).text).toContain('new')
  } finally {
    replica.link.resume()
  }
}, 60_000)
