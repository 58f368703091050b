import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, everyone, resource } from '../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from './world.ts'

const news = sqliteTable('news', { id: integer().primaryKey(), text: text().notNull() })
const declared = backend({
  name: 'News',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [resource(news, { read: everyone, create: everyone, cache: { maxAge: 60 } })],
})
const worlds: KeptWorld[] = []
beforeAll(async () => {
  for (const which of ['staging', 'production']) {
    const world = await startKept(declared)
    await world.run([`insert into news values (1, '${which}')`])
    worlds.push(world)
  }
}, 60_000)
afterAll(() => Promise.all(worlds.map((world) => world.stop())))
beforeEach(newDataCentre)

test('two deployments of one backend in one zone share nothing of what they keep', async () => {
  const [staging, production] = worlds
  if (staging === undefined || production === undefined) throw new RangeError('there are two')
  const first = await staging.isolate()('/rest/v1/news?select=text')
  expect(first.text).toBe('[{"text":"staging"}]')
  const second = await production.isolate()('/rest/v1/news?select=text')
  expect([second.text, second.headers.get('cache-status')]).toEqual([
    '[{"text":"production"}]',
    'Selvage; fwd=uri-miss; stored',
  ])
})
