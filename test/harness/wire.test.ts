import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { integerValue } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { startDatabase, type TestDatabase } from './database.ts'
import { startWire, type Wire } from './wire.ts'

let database: TestDatabase
let wire: Wire

beforeAll(async () => {
  database = await startDatabase()
  wire = await startWire(database.url)
})

afterAll(async () => {
  await wire.stop()
  await database.stop()
  expect(existsSync(database.folder)).toBe(false)
})

async function read(path: string): Promise<unknown> {
  return (await fetch(`${wire.url}${path}`)).json()
}

test('it forwards, counts by request id, and keeps the statements', async () => {
  const one = connect({ url: wire.url, token: null, requestId: 'request-1' })
  const two = connect({ url: wire.url, token: null, requestId: 'request-2' })
  const timing = startTiming()
  const add = { sql: 'select ? + 1', args: [integerValue(41)] }
  const { rows } = await one.run(add, timing)
  await one.run(add, timing)
  await two.transact([{ sql: 'create table t (a)', args: [] }, add], timing)
  expect(rows).toEqual([[{ type: 'integer', value: '42' }]])
  expect(await read('/__trips/request-1')).toBe(2)
  expect(await read('/__trips/request-2')).toBe(1)
  expect(await read('/__trips/request-3')).toBe(0)
  expect(await read('/__log/request-1')).toEqual([add, add])
  expect(await read('/__log/request-2')).toEqual(expect.arrayContaining([add]))
})

test.each([
  [{ status: 502 }, 'UNAVAILABLE_DATABASE'],
  [{ drop: true }, 'UNAVAILABLE_DATABASE'],
  [{ delayMilliseconds: 2_000 }, 'DATABASE_TIMEOUT'],
])('a fault %j is a problem %s, and a trip', async (fault, code) => {
  const requestId = crypto.randomUUID()
  await fetch(`${wire.url}/__fault/${requestId}`, { method: 'POST', body: JSON.stringify(fault) })
  const broken = connect({ url: wire.url, token: null, requestId, deadlineMilliseconds: 200 })
  await expect(broken.run({ sql: 'select 1', args: [] }, startTiming())).rejects.toMatchObject({ code })
  expect(await read(`/__trips/${requestId}`)).toBe(1)
})

test('a server that is not there breaks the request, and nothing else', async () => {
  const nobody = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => nobody.once('listening', resolve))
  const { port } = nobody.address() as AddressInfo
  await new Promise((resolve) => nobody.close(resolve))
  const lost = await startWire(`http://127.0.0.1:${port}`)
  const broken = connect({ url: lost.url, token: null, requestId: 'request-9' })
  await expect(broken.run({ sql: 'select 1', args: [] }, startTiming())).rejects.toMatchObject({
    code: 'UNAVAILABLE_DATABASE',
  })
  expect(await (await fetch(`${lost.url}/__trips/request-9`)).json()).toBe(1)
  await lost.stop()
})
