import { and, eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, everyone, or, resource } from '../../../../src/index.ts'
import { type Isolate, type KeptWorld, newDataCentre, startKept } from '../world.ts'

const cache = { maxAge: 60 }
const authors = sqliteTable('authors', { id: text().primaryKey() })
const columns = () => ({
  id: integer().primaryKey(),
  author: text()
    .notNull()
    .references(() => authors.id),
  published: integer().notNull(),
  name: text().notNull(),
})
const articles = sqliteTable('articles', columns())
/** Whoever is signed in reads their own. */
const notes = sqliteTable('notes', columns())
/** Of their own, those that are published. */
const reports = sqliteTable('reports', columns())

let world: KeptWorld
beforeAll(async () => {
  world = await startKept(
    backend({
      name: 'News',
      roles: { member: [], editor: ['member'] },
      defaultRole: 'member',
      resources: [
        resource(authors, { read: everyone, cache }),
        resource(articles, {
          read: ({ caller }) =>
            or(caller.has('editor'), eq(articles.published, 1), eq(articles.author, caller.id)),
          update: ({ caller }) => eq(articles.author, caller.id),
          cache,
        }),
        resource(notes, { read: ({ caller }) => caller.signedIn && eq(notes.author, caller.id), cache }),
        resource(reports, {
          read: ({ caller }) =>
            caller.signedIn && (and(eq(reports.author, caller.id), eq(reports.published, 1)) ?? false),
          cache,
        }),
      ],
    }),
  )
  const rows = "(1, 'ann', 1, 'one'), (2, 'ann', 0, 'two'), (3, 'bob', 0, 'three'), (4, 'bob', 1, 'four')"
  await world.run([
    "insert into authors values ('ann'), ('bob'), ('eve')",
    ...['articles', 'notes', 'reports'].map((table) => `insert into ${table} values ${rows}`),
  ])
}, 60_000)
afterAll(() => world.stop())

let ask: Isolate
beforeEach(() => {
  newDataCentre()
  ask = world.isolate()
})

/** Of which paths the kept answer is still good for somebody, when a row was changed. */
async function keptAfter(
  changed: string,
  paths: readonly string[],
  { reader, writer = 'service' }: { readonly reader?: string; readonly writer?: string } = {},
) {
  const headers = { prefer: 'consistency=eventual' }
  const look = async (path: string) =>
    (await ask(`/rest/v1/${path}`, reader === undefined ? { headers } : { headers, as: reader })).headers.get(
      'cache-status',
    )
  for (const path of paths) await look(path)
  for (const path of paths) expect(await look(path)).toContain('hit')
  const body = { name: crypto.randomUUID() }
  const written = await ask(`/rest/v1/${changed}`, { method: 'PATCH', as: writer, body })
  expect(written.status).toBe(204)
  const kept: string[] = []
  for (const path of paths) if ((await look(path))?.includes('hit')) kept.push(path)
  return kept
}

const aboutArticles = [
  ...['articles/1', 'articles/2', 'articles/3', 'articles/9'],
  ...['articles?author=eq.ann', 'articles?author=eq.bob', 'articles?author=eq.eve'],
]

test('of a change of a hidden row nobody is told which', async () => {
  expect(await keptAfter('articles/2', aboutArticles)).toEqual([])
  expect(await keptAfter('articles/3', aboutArticles)).toEqual([])
})

test('what its author alone may read is hidden from others when it is the author who writes', async () => {
  const ann = await world.signIn('ann', 'member', 'session-ann')
  expect(await keptAfter('articles/2', aboutArticles, { writer: ann })).toEqual([])
})

test('of a change of a row that everybody may read it is told', async () => {
  expect(await keptAfter('articles/4', aboutArticles)).toEqual(
    aboutArticles.filter((path) => path !== 'articles?author=eq.bob'),
  )
})

test('to who may read all rows none is hidden', async () => {
  const editor = await world.signIn('eve', 'editor', 'session-eve')
  expect(await keptAfter('articles/2', ['articles/1', 'articles/2'], { reader: editor })).toEqual([
    'articles/1',
  ])
})

test('what is the caller’s own is as new as the last write of it', async () => {
  const bob = await world.signIn('bob', 'member', 'session-bob')
  expect(await keptAfter('notes/2', ['notes', 'notes/3'], { reader: bob })).toEqual(['notes', 'notes/3'])
  expect(await keptAfter('notes/3', ['notes', 'notes/3'], { reader: bob })).toEqual([])
})

test('nor is it told which of the rows about oneself was changed that are hidden', async () => {
  const ann = await world.signIn('ann', 'member', 'session-ann-2')
  expect(await keptAfter('reports/2', ['reports'], { reader: ann })).toEqual([])
  expect(await keptAfter('reports/3', ['reports'], { reader: ann })).toEqual([])
})
