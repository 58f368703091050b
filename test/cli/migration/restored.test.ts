import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../../src/cli/migrate.ts'
import { openBookmark } from '../../../src/database/bookmark.ts'
import { backend, everyone, resource } from '../../../src/index.ts'
import {
  type Ask,
  bookmarkOf,
  type Isolate,
  type KeptWorld,
  newDataCentre,
  startKept,
} from '../../engine/keep/world.ts'
import { startNodes, type TestNodes } from '../../harness/nodes.ts'
import { writeMigrations } from './folder.ts'

const news = sqliteTable('news', { id: integer().primaryKey(), text: text().notNull() })
const rights = { read: everyone, create: everyone, update: everyone }
const declared = backend({
  name: 'News',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [
    resource(news, { ...rights, cache: { maxAge: 600 } }),
    resource(news, { ...rights, name: 'own', read: ({ caller }) => caller.signedIn && eq(news.id, 1) }),
  ],
})

let nodes: TestNodes
let world: KeptWorld
beforeAll(async () => {
  newDataCentre()
  nodes = await startNodes(0)
  world = await startKept(declared, { url: nodes.primary.sqld.url, stop: () => nodes.stop() })
}, 60_000)
afterAll(() => world.stop())

const path = '/rest/v1/news?select=text'
const change = (ask: Isolate, text: string, as?: string) =>
  bookmarkOf(() =>
    ask('/rest/v1/news/1', { method: 'PATCH', body: { text }, ...(as !== undefined && { as }) }),
  )
const opened = (sealed: string | null) =>
  openBookmark(world.bindings.SERVER_SECRET ?? '', sealed ?? '') ?? expect.unreachable()

test('who restores a database says so: what was kept and promised before counts for nothing, though there are as many frames', async () => {
  const folder = await writeMigrations(join(nodes.folder, 'migrations'), [
    ['create table filler (bytes blob)'],
  ])
  const restored = { databaseUrl: nodes.primary.sqld.url, folder }
  const witness = world.isolate()
  let ada = ''
  let before = { 'selvage-bookmark': '' }
  await nodes.restorePrimary(
    async () => {
      await migrate(restored)
      ada = await world.signIn('ada', 'member', 'session of ada')
      await world.run(["insert into news values (1, 'first')"])
    },
    async () => {
      before = await change(witness, 'lost', ada)
      for (const asked of [{}, { as: ada }]) {
        await witness(path, asked)
        const { headers, text } = await witness(path, asked)
        expect([headers.get('cache-status'), text]).toEqual([
          expect.stringContaining('; hit;'),
          '[{"text":"lost"}]',
        ])
      }
    },
  )
  // Nobody notices by the frames.
  await world.run(Array.from({ length: 20 }, () => 'insert into filler values (randomblob(40000))'))
  await migrate({ ...restored, isRestored: true })

  // Its version is given a second time: what was kept of the first must not be taken for it.
  const after = await change(world.isolate(), 'second')
  const { epoch, frame } = opened(after['selvage-bookmark'])
  const old = opened(before['selvage-bookmark'])
  expect(epoch).not.toBe(old.epoch)
  expect(frame).toBeGreaterThan(old.frame)

  const isolates: readonly Isolate[] = [witness, world.isolate(), world.isolate()]
  for (const ask of isolates) {
    const asked: readonly Ask[] = [{ headers: after }, {}, { as: ada }]
    for (const each of asked) expect((await ask(path, each)).text).toBe('[{"text":"second"}]')
  }
  for (const ask of isolates) {
    for (const url of [path, '/rest/v1/own?select=text']) {
      const since = performance.now()
      const { text, headers } = await ask(url, { as: ada, headers: before })
      expect([text, opened(headers.get('selvage-bookmark')).epoch]).toEqual(['[{"text":"second"}]', epoch])
      expect(performance.now() - since).toBeLessThan(3_500)
    }
  }
}, 60_000)
