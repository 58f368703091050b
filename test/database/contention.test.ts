import { afterAll, beforeAll, expect, test } from 'vitest'
import { integerValue, textValue } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'

/** A server that checkpoints under the writers, again and again. */
let server: TestDatabase

beforeAll(async () => {
  server = await startDatabase({ checkpointSeconds: 1 })
})
afterAll(() => server.stop())

const writers = 32
const seconds = 4
const otherwise = { sql: 'select 1', args: [] }

test('32 writers at once, across checkpoints: each transaction happens, once', async () => {
  const database = () => connect({ url: server.url, token: null })
  await database().transact(
    [
      { sql: 'create table notes (id text primary key)', args: [] },
      { sql: 'create table totals (writer integer primary key, n integer)', args: [] },
    ],
    startTiming(),
  )
  const end = performance.now() + seconds * 1000
  const written = await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      let count = 0
      while (performance.now() < end) {
        const statements = [
          { sql: 'insert into notes values (?)', args: [textValue(`${writer}-${count}`)] },
          {
            sql: 'insert into totals values (?, 1) on conflict do update set n = n + 1',
            args: [integerValue(writer)],
          },
        ]
        if (writer % 2 === 0) await database().transact(statements, startTiming())
        else {
          // The first statement is not refused: where BEGIN is, it was not tried, and all of it is sent again.
          const reply = await database().transactUnless({ at: 0, otherwise }, statements, startTiming())
          expect(reply).toHaveProperty('results')
        }
        count += 1
      }
      return count
    }),
  )
  const stored = await database().run(
    { sql: 'select n, (select count(*) from notes) from totals order by writer', args: [] },
    startTiming(),
  )
  const all = written.reduce((sum, count) => sum + count, 0)
  expect(stored.rows).toEqual(written.map((count) => [integerValue(count), integerValue(all)]))
  // Nobody was left waiting for all the others.
  expect(Math.min(...written)).toBeGreaterThan(0)
})
