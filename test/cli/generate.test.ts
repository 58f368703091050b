import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Failure } from '../../src/cli/command.ts'
import { generate } from '../../src/cli/generate.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { type Sqld, startSqld } from '../../src/cli/sqld.ts'

const root = resolve(import.meta.dirname, '../..')
let folder = ''
let sqld: Sqld
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvage-generate-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  sqld = await startSqld({ directory: join(folder, 'database') })
})
afterAll(async () => {
  await sqld.stop()
  await rm(folder, { recursive: true })
})

/** Each version in a folder of its own: a module is loaded once in a process. */
async function backendOf(
  version: string,
  columns: string,
  search: string,
  title: string | null = '',
): Promise<string> {
  const backendFolder = join(folder, version)
  await mkdir(backendFolder)
  const text = `
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { backend, resource } from '${root}/src/index.ts'
export const books = sqliteTable('the "books"', {
  id: integer().primaryKey(), ${title === null ? '' : `title: text().notNull()${title},`} ${columns} })
export default backend({
  name: 'Library', roles: { reader: [] }, defaultRole: 'reader',
  resources: [resource(books, { name: 'books', search: [${search}] })],
})`
  await writeFile(join(backendFolder, 'index.ts'), text)
  await writeFile(join(backendFolder, 'database.types.ts'), `throw new Error('no table is in here')`)
  return backendFolder
}

async function found(word: string): Promise<number> {
  const client = createClient({ url: sqld.url })
  const sql = `select count(*) from "the ""books""_search" where "the ""books""_search" match ?`
  const { rows } = await client.execute({ sql, args: [word] })
  client.close()
  return Number(rows[0]?.[0])
}

async function run(...statements: string[]): Promise<void> {
  const client = createClient({ url: sqld.url })
  for (const sql of statements) await client.execute(sql)
  client.close()
}

test('the full-text index follows its table through changes, a dropped column and a rebuild', async () => {
  const output = join(folder, 'migrations')
  const step = async (backendFolder: string) => {
    const files = await generate({ backendFolder, output })
    await migrate({ databaseUrl: sqld.url, folder: output })
    return files
  }
  const first = await backendOf('first', 'blurb: text()', 'books.title, books.blurb')
  expect(await step(first)).toEqual(['0000_tables.sql', '0001_search.sql'])
  await run(
    `insert into "the ""books""" values (1, 'Emma', 'matchmaking'), (2, 'Persuasion', null), (3, 'Emma again', 'x')`,
    `update "the ""books""" set blurb = 'regret' where id = 2`,
    `delete from "the ""books""" where id = 3`,
  )
  expect([await found('emma'), await found('regret'), await found('x')]).toEqual([1, 1, 0])

  expect(await step(first)).toEqual([])

  // A column that the triggers name goes.
  const second = await backendOf('second', '', 'books.title')
  expect(await step(second)).toEqual(['0002_change.sql', '0003_search.sql'])
  expect([await found('emma'), await found('matchmaking')]).toEqual([1, 0])

  // The title has another default: SQLite can only rebuild the table, and its triggers go with it.
  const third = await backendOf('third', '', 'books.title', `.default('Untitled')`)
  expect(await step(third)).toEqual(['0004_change.sql', '0005_search.sql'])
  expect(await readFile(join(output, '0004_change.sql'), 'utf8')).toContain('DROP TABLE')
  await run(
    `insert into "the ""books""" values (4, 'Emma, a play')`,
    'insert into "the ""books""" (id) values (5)',
  )
  expect([await found('emma'), await found('untitled')]).toEqual([2, 1])

  const renamed = await backendOf('renamed', 'name: text()', 'books.name', null)
  await expect(step(renamed)).rejects.toThrow(/Say which at a terminal: `npm run generate -- --backend /)
}, 60_000)

test('a folder without a backend is refused', async () => {
  await expect(generate({ backendFolder: folder, output: folder })).rejects.toThrow(Failure)
})

test('a folder without migrations is refused, and a database that does not answer', async () => {
  await expect(migrate({ databaseUrl: sqld.url, folder })).rejects.toThrow(/npm run generate/)
  const gone = migrate({ databaseUrl: 'http://127.0.0.1:1', folder: join(root, 'drizzle') })
  await expect(gone).rejects.toThrow(
    'The database at http://127.0.0.1:1 does not answer: start it, or set DATABASE_URL to one that runs.',
  )
})

test('the migrations of the shop are current', async () => {
  const output = join(folder, 'shop')
  await cp(join(root, 'drizzle'), output, { recursive: true })
  expect(await generate({ backendFolder: join(root, 'src/backend'), output })).toEqual([])
}, 20_000)
