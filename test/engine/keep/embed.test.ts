import { setTimeout as sleep } from 'node:timers/promises'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backend, everyone, resource } from '../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from './world.ts'

const posts = sqliteTable('posts', { id: integer().primaryKey(), text: text().notNull() })
const scores = sqliteTable('scores', {
  id: integer().primaryKey(),
  post_id: integer().references(() => posts.id),
  points: integer().notNull(),
})
const tags = sqliteTable('tags', { id: integer().primaryKey(), name: text().notNull() })
const tagged = sqliteTable(
  'tagged',
  {
    post_id: integer()
      .notNull()
      .references(() => posts.id),
    tag_id: integer()
      .notNull()
      .references(() => tags.id),
  },
  (own) => [primaryKey({ columns: [own.post_id, own.tag_id] })],
)
const short = { read: everyone, cache: { maxAge: 1, clients: 0 } }
const long = { read: everyone, cache: { maxAge: 60, clients: 60 } }

let world: KeptWorld
beforeAll(async () => {
  newDataCentre()
  world = await startKept(
    backend({
      name: 'Posts',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [
        resource(posts, long),
        resource(scores, short),
        resource(tags, long),
        resource(tagged, short),
      ],
    }),
  )
  await world.run([
    "insert into posts values (1, 'one')",
    'insert into scores values (1, 1, 1)',
    "insert into tags values (1, 'new')",
    'insert into tagged values (1, 1)',
  ])
}, 60_000)
afterAll(() => world.stop())

test('an answer is fresh for as long as the shortest of its parts, wherever that stands; the longer part alone for longer', async () => {
  const ask = world.isolate()
  const read = async (path: string) => {
    const { headers, text } = await ask(path)
    return [headers.get('cache-status')?.split(';')[1], headers.get('cache-control'), text]
  }
  const alone = '/rest/v1/posts?select=text'
  const mixed = [
    ['/rest/v1/posts?select=text,scores(points)', '[{"text":"one","scores":[{"points":1}]}]', 'points":2'],
    ['/rest/v1/scores?select=points,posts(text)', '[{"points":1,"posts":{"text":"one"}}]', 'points":2'],
    // Its rows are not shown, and decide which are.
    ['/rest/v1/posts?select=text,tags(name)', '[{"text":"one","tags":[{"name":"new"}]}]', 'tags":[]'],
  ] as const
  await Promise.all([alone, ...mixed.map(([path]) => path)].map(read))
  expect(await read(alone)).toEqual([' hit', 'public, max-age=60', '[{"text":"one"}]'])
  // On a busy machine the first one may be over before the second comes.
  for (const [path, before] of mixed)
    await expect.poll(() => read(path)).toEqual([' hit', 'private, no-cache', before])
  // As by hand: nobody hears of it.
  await world.run(['update scores set points = 2', 'delete from tagged', "update posts set text = 'two'"])
  await sleep(1_050)
  const [kept, , text] = await read(alone)
  expect([kept, text]).toEqual([' hit', '[{"text":"one"}]'])
  for (const [path, , after] of mixed)
    expect(await read(path), path).toEqual([
      ' fwd=stale',
      'private, no-cache',
      expect.stringContaining(after),
    ])
})
