/** What is written beside the Worker: who was shown it is not shown what was kept before. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readSettings } from '../../../src/base/settings.ts'
import { openClient } from '../../../src/cli/migration/client.ts'
import { beginHistory, overtakeAll } from '../../../src/cli/migration/history.ts'
import { sealBookmark } from '../../../src/database/bookmark.ts'
import { backend, everyone, resource } from '../../../src/index.ts'
import { startDatabase, type TestDatabase } from '../../harness/database.ts'
import { type Isolate, type KeptWorld, newDataCentre, startKept } from './world.ts'

const pages = sqliteTable('pages', { id: integer().primaryKey(), text: text().notNull() })
const keptPages = resource(pages, {
  read: everyone,
  update: everyone,
  cache: { maxAge: 60, afterWrite: 'wait' },
})

let database: TestDatabase
let world: KeptWorld
beforeAll(async () => {
  database = await startDatabase()
  world = await startKept(
    backend({ name: 'Pages', roles: { member: [] }, defaultRole: 'member', resources: [keptPages] }),
    database,
  )
}, 60_000)
afterAll(() => world.stop())
beforeEach(() => world.run(["insert or replace into pages values (1, 'first')"]))

const session = { prefer: 'consistency=session' }
const read = async (isolate: Isolate, bookmark: string | null) => {
  const headers = { ...session, ...(bookmark === null ? {} : { 'selvage-bookmark': bookmark }) }
  const { text: told, headers: answered } = await isolate('/rest/v1/pages?select=text&id=eq.1', { headers })
  return { told, cache: answered.get('cache-status') ?? '', bookmark: answered.get('selvage-bookmark') }
}

/** An isolate that keeps what was before, and one of another data centre. */
async function two(): Promise<readonly [Isolate, Isolate]> {
  newDataCentre()
  const here = world.isolate()
  await here('/rest/v1/pages?id=eq.1', { method: 'PATCH', body: { text: 'kept' } })
  await read(here, null)
  expect((await read(here, null)).cache).toContain('hit')
  newDataCentre()
  return [here, world.isolate()]
}

test('by a migration', async () => {
  const [here, there] = await two()
  const client = openClient(database.url)
  const overtaking = await overtakeAll(client, ['selvage_versions'])
  client.close()
  expect(overtaking).toHaveLength(2)
  await world.run(["update pages set text = 'migrated'", ...overtaking])
  const { told, bookmark } = await read(there, null)
  expect(told).toContain('migrated')
  expect((await read(here, bookmark)).told).toContain('migrated')
})

test('by hand, without a word of it', async () => {
  const [here, there] = await two()
  await world.run(["update pages set text = 'by hand'"])
  const { told, bookmark } = await read(there, null)
  expect(told).toContain('by hand')
  expect((await read(here, bookmark)).told).toContain('by hand')
})

test('a database without a write has a place in the order, so that what is kept is found', async () => {
  await world.run(['update selvage_clock set tick = 0'])
  const client = openClient(database.url)
  await beginHistory(client)
  client.close()
  newDataCentre()
  const here = world.isolate()
  const { bookmark } = await read(here, null)
  expect((await read(here, bookmark)).cache).toContain('hit')
})

test('a bookmark without a tick is answered by the database at once, and another is given', async () => {
  const [here] = await two()
  const { bookmark } = await read(here, null)
  const [epoch, frame] = (bookmark ?? '').split('.')
  const tickless = sealBookmark(readSettings(world.bindings).serverSecret, {
    epoch: epoch ?? '',
    frame: Number(frame),
    tick: 0,
  })
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      here('/rest/v1/pages?select=text&id=eq.1', { headers: { 'selvage-bookmark': tickless } }),
    ),
  )
  expect(performance.now() - began).toBeLessThan(2_000)
  for (const { headers } of answers) {
    expect(headers.get('cache-status')).not.toContain('hit')
    expect((await read(here, headers.get('selvage-bookmark'))).cache).toContain('hit')
  }
})
