import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { floatValue, integerValue, nullValue, textValue, type Value } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect, type Database } from '../../src/database/client.ts'
import { readReply } from '../../src/database/hrana/reply.ts'
import { executeRequest, onStream, pipelineHeaders, pipelinePath } from '../../src/database/hrana/request.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await startDatabase()
  database = connect({ url: server.url, token: null })
})

afterAll(() => server.stop())

const sql = (text: string, ...args: Value[]) => ({ sql: text, args })

/** As the statement's author sees it, without the bytes that a text came as. */
const plain = (value: Value | undefined) =>
  value?.type === 'text' ? { type: value.type, value: value.value } : value

test.each<[string, Value]>([
  ['null', nullValue],
  ['zero', integerValue(0)],
  ['the largest integer', integerValue('9223372036854775807')],
  ['the smallest integer', integerValue('-9223372036854775808')],
  ['a real', floatValue(-0.1)],
  ['the smallest real', floatValue(5e-324)],
  ['an empty text', textValue('')],
  ['a text of several planes', textValue('a\u00e9\u4e2d\u{1f9f5}\n"\\')],
  ['a long text', textValue('x'.repeat(70_000))],
  ['an empty blob', { type: 'blob', base64: '' }],
  ['a blob', { type: 'blob', base64: Buffer.from([0, 255, 128, 10]).toString('base64') }],
])('%s goes there and comes back', async (_, value) => {
  const { rows } = await database.run(sql('select ?, typeof(?)', value, value), startTiming())
  expect(plain(rows[0]?.[0])).toEqual(value)
  expect(plain(rows[0]?.[1])).toEqual({ type: 'text', value: value.type === 'float' ? 'real' : value.type })
})

test('a transaction answers each statement, and says how many rows changed', async () => {
  const results = await database.transact(
    [
      sql('create table kept (n integer primary key)'),
      sql('insert into kept values (1), (2)'),
      sql('select n from kept order by n'),
    ],
    startTiming(),
  )
  expect(results.map((result) => result.affectedRows)).toEqual([0, 2, 0])
  expect(results[2]?.rows.map(([n]) => n)).toEqual([integerValue(1), integerValue(2)])
})

test('a transaction that fails is undone, and says why', async () => {
  const failed = database.transact(
    [
      sql('create table undone (n integer primary key)'),
      sql('insert into undone values (1)'),
      sql('insert into undone values (1)'),
      sql('select 1'),
    ],
    startTiming(),
  )
  await expect(failed).rejects.toMatchObject({ name: 'SqlError', code: 'SQLITE_CONSTRAINT' })
  const left = await database.run(
    sql("select count(*) from sqlite_schema where name = 'undone'"),
    startTiming(),
  )
  expect(left.rows).toEqual([[integerValue(0)]])
})

test('a statement that is none says so', async () => {
  await expect(database.run(sql('selct 1'), startTiming())).rejects.toMatchObject({
    name: 'SqlError',
    message: expect.stringContaining('syntax error'),
  })
})

test('a reply that is cut anywhere is no reply, or is whole', async () => {
  const response = await fetch(`${server.url}${pipelinePath}`, {
    method: 'POST',
    headers: pipelineHeaders,
    body: onStream(executeRequest(sql("select 'one', 2, 3.5, null, x'00ff'"))),
  })
  const whole = new Uint8Array(await response.arrayBuffer())
  const expected = JSON.stringify(readReply(whole, 1))
  const found = new Set(
    Array.from(whole, (_, length) => JSON.stringify(readReply(whole.subarray(0, length), 1))),
  )
  expect([...found]).toEqual(['null', expected])
})

test.each([
  ['a page of HTML', 200, '<html>welcome</html>'],
  ['nothing', 200, ''],
  ['a failure', 500, ''],
  ['a redirect', 302, ''],
])('a server that answers %s is no database', async (_, status, body) => {
  const impostor = createServer((_request, response) => {
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  const { port } = impostor.address() as AddressInfo
  const mistaken = connect({ url: `http://127.0.0.1:${port}`, token: null })
  await expect(mistaken.run(sql('select 1'), startTiming())).rejects.toMatchObject({
    code: 'UNAVAILABLE_DATABASE',
  })
  impostor.close()
  impostor.closeAllConnections()
})

test('transactUnless: only the refused statement itself is answered otherwise', async () => {
  await database.transact(
    [sql('create table keys (key text primary key)'), sql("insert into keys values ('taken')")],
    startTiming(),
  )
  const claim = (key: string) => sql('insert into keys values (?)', textValue(key))
  const otherwise = sql("select 'otherwise'")
  const ask = (at: number, ...statements: { sql: string; args: Value[] }[]) =>
    database.transactUnless({ at, otherwise }, statements, startTiming())
  const keys = async () => (await database.run(sql('select count(*) from keys'), startTiming())).rows[0]?.[0]

  expect(await ask(1, sql('select 1'), claim('free'), sql('select 2'))).toMatchObject({
    results: [{}, {}, { rows: [[integerValue(2)]] }],
  })
  expect(await keys()).toEqual(integerValue(2))
  for (const refused of [[claim('taken')], [sql('select 1'), claim('taken')]]) {
    const reply = await ask(refused.length - 1, ...refused, claim('other'))
    expect('otherwise' in reply && plain(reply.otherwise.rows[0]?.[0])).toEqual(textValue('otherwise'))
  }
  // What stands before it was refused: whoever may not ask is not answered.
  const before = ask(1, sql("select json_extract('{}', '!')"), claim('taken'))
  await expect(before).rejects.toMatchObject({ name: 'SqlError', statement: 0 })
  await expect(ask(0, claim('other'), claim('taken'))).rejects.toMatchObject({ statement: 1 })
  expect(await keys()).toEqual(integerValue(2))
})
