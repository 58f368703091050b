import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { textOf } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { generate } from '../../src/cli/generate.ts'
import { localShards } from '../../src/cli/local/shards.ts'
import { migrate as cliMigrate } from '../../src/cli/migrate.ts'
import { seed } from '../../src/cli/seed.ts'
import { connect } from '../../src/database/client.ts'
import { readShards } from '../../src/database/shard/nodes.ts'
import { placeOf } from '../../src/database/shard/place.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'

let databases: readonly TestDatabase[]
beforeAll(async () => {
  databases = await Promise.all(Array.from({ length: 4 }, () => startDatabase()))
})
afterAll(() => Promise.all(databases.map((database) => database.stop())))

const urls = () => databases.map(({ url }) => url)

/** `npm run migrate` with these databases in its environment. */
function migrate(main: string, shards: readonly string[], ...args: readonly string[]): Promise<string> {
  const nodes = shards.map((url, index) => ({ name: `shard-${index}`, url }))
  const env = { ...process.env, DATABASE_URL: main, DATABASE_SHARDS: JSON.stringify(nodes) }
  return new Promise((done) => {
    execFile(process.execPath, ['src/cli/migrate.ts', ...args], { env }, (error, stdout, stderr) =>
      done(`${error === null ? 0 : error.code} ${stdout}${stderr}`.trim()),
    )
  })
}

/** How many tables each database has. */
const tables = () =>
  Promise.all(
    urls().map(async (url) => {
      const sql =
        "select count(*) from sqlite_master where type = 'table' and name in ('orders', 'selvage_audit')"
      const { rows } = await connect({ url, token: null }).run({ sql, args: [] }, startTiming())
      return Number(textOf(rows[0]?.[0]))
    }),
  )

test('every shard is migrated with the main database, and a run that was cut off goes on', async () => {
  const [main = '', first = '', second = '', other = ''] = urls()
  const down = await migrate(main, [first, 'http://127.0.0.1:1', second])
  expect(down).toMatch(/^1 The database at http:..127\.0\.0\.1:1 does not answer/)
  expect(await tables()).toEqual([2, 2, 0, 0])
  expect(await migrate(main, [first, second])).toBe('0 The database and 2 shards are current.')
  expect(await tables()).toEqual([2, 2, 2, 0])
  expect(await migrate(main, [first, second], '--database', other)).toBe('0 The database is current.')
  expect(await tables()).toEqual([2, 2, 2, 2])
})

/** Which history each database is. */
const epochs = () =>
  Promise.all(
    urls().map(async (url) => {
      const { rows } = await connect({ url, token: null }).run(
        { sql: 'select epoch from selvage_clock', args: [] },
        startTiming(),
      )
      return textOf(rows[0]?.[0])
    }),
  )

test('--restored begins another history in each database that is meant, and in none without it', async () => {
  const [main = '', first = '', second = '', other = ''] = urls()
  for (const databaseUrl of urls()) await cliMigrate({ databaseUrl, folder: 'drizzle' })
  const before = await epochs()
  expect(new Set(before).size).toBe(4)
  await migrate(main, [first, second])
  expect(await epochs()).toEqual(before)
  expect(await migrate(main, [first, second], '--restored')).toBe('0 The database and 2 shards are current.')
  const after = await epochs()
  expect(after.map((epoch, index) => epoch === before[index])).toEqual([false, false, false, true])
  await migrate(main, [first], '--database', other, '--restored')
  const last = await epochs()
  expect(last.map((epoch, index) => epoch === after[index])).toEqual([true, true, true, false])
})

test('a seed lies where the Worker looks for it, and each database is seeded once', async () => {
  const backendFolder = resolve('test/shard/backend')
  const fresh = await Promise.all(Array.from({ length: 3 }, () => startDatabase()))
  onTestFinished(async () => {
    await Promise.all(fresh.map((database) => database.stop()))
  })
  const [main, ...nodes] = fresh.map(({ url }) => url)
  const shards = nodes.map((url, index) => ({ name: `shard-${index}`, url, token: null }))
  const output = join(fresh[0]?.folder ?? '', 'migrations')
  await generate({ backendFolder, output })
  for (const { url } of fresh) await cliMigrate({ databaseUrl: url, folder: output })
  const options = { databaseUrl: main ?? '', backendFolder, size: 'small', shards } as const
  expect(await seed(options)).toBe(26)
  expect(await seed(options)).toBe(0)
  const rowsOf = async (url: string, column: string, table: string) => {
    const statement = { sql: `select ${column} from "${table}"`, args: [] }
    const { rows } = await connect({ url, token: null }).run(statement, startTiming())
    return rows.map(([value]) => textOf(value) ?? '')
  }
  const names = shards.map(({ name }) => name)
  for (const [place, { url }] of shards.entries()) {
    const keys = [...(await rowsOf(url, 'user_id', 'orders')), ...(await rowsOf(url, 'device', 'readings'))]
    expect(keys.length).toBeGreaterThan(4)
    expect(keys.filter((key) => placeOf(key, names) !== place)).toEqual([])
    expect(await rowsOf(url, 'id', 'posts')).toEqual([])
    expect(await rowsOf(url, 'id', 'auth_users')).toEqual([])
  }
  expect(await rowsOf(main ?? '', 'user_id', 'orders')).toEqual([])
  expect(await rowsOf(main ?? '', 'id', 'posts')).toEqual(['1'])
})

test('in development the main database is the only shard, unless others are named', () => {
  const sharded = new Set(['orders'])
  const main = { databaseUrl: 'http://127.0.0.1:8080', databaseToken: 'token' }
  const named = localShards(sharded, {}, main)
  expect(readShards(named)).toEqual([{ name: 'main', url: main.databaseUrl, token: 'token' }])
  expect(localShards(sharded, { DATABASE_SHARDS: '[…]' }, main)).toEqual({})
  expect(localShards(new Set(), {}, main)).toEqual({})
})
