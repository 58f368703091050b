import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backend, resource, type Verdict } from '../../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from '../world.ts'

const shows = sqliteTable('shows', {
  id: integer().primaryKey(),
  at: integer({ mode: 'timestamp_ms' }),
  day: text(),
})
const readBy = (verdict: Verdict) =>
  backend({
    name: 'Shows',
    roles: { member: [] },
    defaultRole: 'member',
    resources: [resource(shows, { read: () => verdict, cache: { maxAge: 3600 } })],
  })

let world: KeptWorld
beforeAll(async () => {
  newDataCentre()
  world = await startKept(readBy(true))
}, 60_000)
afterAll(() => world.stop())

/** What the caches say of an answer that has been given before, by a policy whose condition has this in it. */
async function secondAnswer(expression: Verdict): Promise<string | null> {
  const ask = world.isolate({}, readBy(sql`(${expression}) is not null`))
  expect((await ask('/rest/v1/shows')).status).toBe(200)
  return (await ask('/rest/v1/shows')).headers.get('cache-status')
}

describe('is not kept', () => {
  test.each<[what: string, expression: Verdict]>([
    ['the time', sql`current_timestamp`],
    ['a function that is called by its name in quotes', sql`"current_date"()`],
    ['a date of now', sql`date('NOW')`],
    ['a bound now', sql`date(${'now'})`],
    ['a date of nothing', sql`date()`],
    ['a date of a comment', sql`unixepoch(/* x */)`],
    ['a date of a comment to the end of the line', sql.raw('julianday(-- x, y\n)')],
    ['a date of no argument, in another way', sql`time(*)`],
    ['a date of no argument, in a third way', sql`"datetime" (all)`],
    ['a bound format', sql`strftime(${'%s'})`],
    ['a format with a quote in it', sql`strftime('it''s %f')`],
    ['a format with a comma in it', sql`strftime('%Y, %f')`],
    ['a format that is cast', sql`strftime(cast('%f' as text))`],
    ['a format of two arguments', sql`strftime(replace('%f', ',', ''))`],
    ['a text that is put together', sql`datetime('n' || 'ow')`],
    ['a text that is put together of what is bound', sql`datetime(${'n'} || ${'ow'}, 'utc')`],
    ['a text of a function', sql`strftime('%s', (printf('%sow', 'n')))`],
    ['a text of characters', sql`date(char(110, 111, 119))`],
    ['a text of bytes', sql`date(x'6e6f77')`],
    ['bytes that are cast', sql`date(cast(x'6e6f77' as text))`],
    ['a date in a date', sql`date(${shows.day}, date() || '')`],
    ['chance', sql`random()`],
    ['chance, behind a comment', sql`random/**/()`],
    ['chance, in quotes', sql`"random"()`],
    ['chance, in brackets', sql`[randomblob] (8)`],
    ['what the connection has written', sql`"last_insert_rowid"()`],
    ['how much it has written', sql`total_changes()`],
  ])('%s', async (_, expression) => {
    expect(await secondAnswer(expression)).toBeNull()
  })
})

describe('is kept', () => {
  test.each<[what: string, expression: Verdict]>([
    ['a column, whose projection is a date', sql`${shows.at}`],
    ['a date of a column', sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${shows.at} / 1000.0, 'unixepoch')`],
    ['a date of a column as a number', sql`date(cast(${shows.at} / 1000 as integer), 'unixepoch')`],
    ['a date that is bound', sql`unixepoch(${'2020-01-01'})`],
    ['a modifier that is put together', sql`date(coalesce(${shows.day}, '2020-01-01'), '-' || 3 || ' days')`],
    ['a format that is put together', sql`strftime('%Y' || '-%m', ${shows.day})`],
    ['words in a text or a comment', sql`'random() of current_date' /* date() */`],
    ['words that a column has', sql`${shows.day} = 'random' or (${shows.day} = 'date')`],
  ])('%s', async (_, expression) => {
    expect(await secondAnswer(expression)).toMatch(/hit/)
  })
})
