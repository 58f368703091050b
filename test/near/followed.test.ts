import { setTimeout as sleep } from 'node:timers/promises'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { backend, everyone, resource } from '../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from '../engine/keep/world.ts'
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
const realFetch = globalThis.fetch
beforeAll(async () => {
  nodes = await startNodes(1)
  world = await startKept(
    backend({ name: 'Notes', roles: { member: [] }, defaultRole: 'member', resources }),
    {
      url: nodes.primary.wire.url,
      stop: () => nodes.stop(),
    },
  )
  // Without it what tells of a write is refused.
  await world.run(["insert into notes values (1, 'old'), (2, 'old')", 'drop table selvage_parts'])
  token = await world.signIn('ada', 'member', crypto.randomUUID())
}, 60_000)
afterAll(() => world.stop())
afterEach(() => {
  globalThis.fetch = realFetch
})

/** After the next request the primary does not answer. */
function answersOnce(): void {
  let left = 1
  globalThis.fetch = async (input, init) => {
    const isPrimary = String(input instanceof Request ? input.url : input).startsWith(nodes.primary.wire.url)
    if (isPrimary) left -= 1
    return left < 0 && isPrimary ? new Response(null, { status: 502 }) : realFetch(input, init)
  }
}

test.each([
  [1, 'the primary answers'],
  [2, 'the primary does not answer any more'],
])(
  'a write of which nothing was told afterwards is followed by what its transaction says (%i): %s',
  async (id, how) => {
    const [replica] = nodes.replicas
    if (replica === undefined) throw new RangeError('there is one')
    const followed = { sql: 'select id from auth_sessions', args: [] }
    const isFollowed = () => connect({ url: replica.wire.url, token: null }).run(followed, startTiming())
    await expect
      .poll(async () => (await isFollowed().catch(() => ({ rows: [] }))).rows.length, { timeout: 10_000 })
      .toBe(1)
    newDataCentre()
    const list = [{ name: 'near', url: replica.wire.url, place: [0, 0] }]
    const changes = { DATABASE_REPLICAS: JSON.stringify(list), DATABASE_PLACE: '35.7,139.7' }
    const [one, two, three] = [world.isolate(changes), world.isolate(changes), world.isolate(changes)]
    const asked = { as: token, cf: { latitude: '0.1', longitude: '0.1' } }
    const path = `/rest/v1/notes?select=text&id=eq.${id}`
    expect((await one(path, asked)).text).toContain('old')
    await sleep(300)
    replica.link.pause()
    try {
      if (how !== 'the primary answers') answersOnce()
      const write = { ...asked, method: 'PATCH', body: { text: 'new' } }
      const written = await one(`/rest/v1/notes?id=eq.${id}`, write)
      globalThis.fetch = realFetch
      const headers = { 'selvage-bookmark': written.headers.get('selvage-bookmark') ?? '' }
      const [bySession, byBookmark, here] = [
        await two(path, asked),
        await three(path, { ...asked, headers }),
        await one(path, asked),
      ]
      expect([written.status, bySession.text, byBookmark.text, here.text]).toEqual([
        204,
        ...Array.from({ length: 3 }, () => expect.stringContaining('new')),
      ])
    } finally {
      replica.link.resume()
    }
  },
  60_000,
)
