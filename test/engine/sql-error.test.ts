import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProblemCode } from '../../src/base/problem.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { SqlError } from '../../src/database/hrana/outcome.ts'
import { translated } from '../../src/engine/sql-error.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await startDatabase()
})
afterAll(() => database.stop())

const hintOfPatterns =
  'Patterns know . * + ? {m,n} | ( ) [ ] ^ $ \\b \\d \\s \\w; look-arounds and flags are not there.'
const hintOfAnswers = 'Ask for fewer rows with limit, for fewer columns, or for fewer embeds.'

/** What the database refuses itself, so that its words are the ones that it says today. */
const statements: readonly (readonly [sql: string, code: ProblemCode, hint: string | null])[] = [
  ['select zeroblob(2000000000)', 'LIMIT_ANSWER', hintOfAnswers],
  ['select hex(zeroblob(6000000))', 'LIMIT_ANSWER', hintOfAnswers],
  ['select abs(-9223372036854775808)', '22003', null],
  ['select sum(n) from (select 9223372036854775807 as n union all select 1)', '22003', null],
  [`select 'a' regexp '(a'`, '2201B', hintOfPatterns],
  [`select 'a' regexp '*a'`, '2201B', hintOfPatterns],
  [`select 'a' regexp '\\q'`, '2201B', hintOfPatterns],
  [`select 'a' regexp '[a'`, '2201B', hintOfPatterns],
  [`select 'a' regexp 'a{3,1}'`, '2201B', hintOfPatterns],
  [`select 'a' regexp 'a{0}'`, '2201B', hintOfPatterns],
  [`select 'a' regexp '[[:alpha:]]'`, '2201B', hintOfPatterns],
  [
    `select ${'('.repeat(200)}1${')'.repeat(200)}`,
    'LIMIT_EMBEDS',
    'Ask for fewer levels of embeds, or for simpler filters in the deepest of them.',
  ],
  [`select weakness from sqlite_schema`, 'INTERNAL', null],
]

/** What is hard to bring about. */
const refusals: readonly (readonly [message: string, code: string, problem: ProblemCode])[] = [
  ['Response is too large', 'RESPONSE_TOO_LARGE', 'LIMIT_ANSWER'],
  ['SQLite error: string or blob too big', 'SQLITE_TOOBIG', 'LIMIT_ANSWER'],
  ['SQLite error: REGEXP pattern too big', 'SQLITE_UNKNOWN', '2201B'],
  ['SQLite error: unrecognized character', 'SQLITE_UNKNOWN', '2201B'],
  ['SQLite error: parser stack overflow', 'SQLITE_ERROR', 'LIMIT_EMBEDS'],
  ['SQLite error: database disk image is malformed', 'SQLITE_CORRUPT', 'INTERNAL'],
]

describe('what SQLite refuses is a problem without its words', () => {
  for (const [sql, code, hint] of statements) {
    test(`${sql}: ${code}`, async () => {
      const trip = () => connect({ url: database.url, token: null }).run({ sql, args: [] }, startTiming())
      const said = await trip().catch((error: SqlError) => error.message)
      const problem = await translated(trip).catch((error: unknown) => error)
      expect(problem).toMatchObject({ name: 'Problem', code, hint, details: null })
      expect(JSON.stringify([problem, String(problem)])).not.toContain(said)
    })
  }

  for (const [message, code, problem] of refusals) {
    test(`${message}: ${problem}`, async () => {
      const refused = translated(() => Promise.reject(new SqlError(message, code)))
      await expect(refused).rejects.toMatchObject({ name: 'Problem', code: problem })
    })
  }

  test('an error of another kind stays as it is', async () => {
    const error = new RangeError('string or blob too large')
    await expect(translated(() => Promise.reject(error))).rejects.toBe(error)
  })

  test('the cause of an internal error is kept for the log', async () => {
    const cause = new SqlError('no such column: weakness', 'SQLITE_ERROR')
    await expect(translated(() => Promise.reject(cause))).rejects.toMatchObject({ code: 'INTERNAL', cause })
  })

  test('what the database answers is handed on', async () => {
    expect(await translated(async () => 42)).toBe(42)
  })
})
