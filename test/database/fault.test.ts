import { afterAll, beforeAll, expect, test } from 'vitest'
import { integerValue, type Statement } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect, type Database } from '../../src/database/client.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'
import { startWire, type Wire } from '../harness/wire.ts'
import type { Fault } from '../harness/wire-fault.ts'

let server: TestDatabase
let wire: Wire
let direct: Database

beforeAll(async () => {
  server = await startDatabase()
  wire = await startWire(server.url)
  direct = connect({ url: server.url, token: null })
  await direct.run(sql('create table effects (id text, n integer)'), startTiming())
})

afterAll(async () => {
  await wire.stop()
  await server.stop()
})

const sql = (text: string): Statement => ({ sql: text, args: [] })

/** A database whose requests go wrong, and what has come of them. */
async function faulty(fault: Fault, deadlineMilliseconds = 2_000) {
  const requestId = crypto.randomUUID()
  await fetch(`${wire.url}/__fault/${requestId}`, { method: 'POST', body: JSON.stringify(fault) })
  const timing = startTiming()
  const insert = sql(`insert into effects values ('${requestId}', 1)`)
  return {
    database: connect({ url: wire.url, token: null, requestId, deadlineMilliseconds }),
    timing,
    insert,
    increment: sql(`update effects set n = n + 1 where id = '${requestId}'`),
    async trips() {
      expect(await (await fetch(`${wire.url}/__trips/${requestId}`)).json()).toBe(timing.trips)
      return timing.trips
    },
    async effects() {
      const found = await direct.run(sql(`select n from effects where id = '${requestId}'`), startTiming())
      return found.rows.map(([n]) => n)
    },
  }
}

const ways = ['run', 'transact'] as const

function write(way: (typeof ways)[number], { database, insert, increment, timing }: Faulty) {
  return way === 'run' ? database.run(insert, timing) : database.transact([insert, increment], timing)
}
type Faulty = Awaited<ReturnType<typeof faulty>>

const effect = { run: integerValue(1), transact: integerValue(2) }
const unavailable = { code: 'UNAVAILABLE_DATABASE', status: 503, headers: { 'retry-after': '5' } }

for (const way of ways) {
  test(`${way}: a reply that is lost is a problem, and is not asked for again: it has happened`, async () => {
    const lost = await faulty({ dropReply: true })
    await expect(write(way, lost)).rejects.toMatchObject(unavailable)
    expect(await lost.trips()).toBe(1)
    expect(await lost.effects()).toEqual([effect[way]])
  })

  test(`${way}: a reply that is late is a problem, and is not asked for again`, async () => {
    const late = await faulty({ delayMilliseconds: 3_000 })
    await expect(write(way, late)).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT', status: 504 })
    expect(await late.trips()).toBe(1)
  })

  test.each([0, 1, 12])(`${way}: a reply that is cut after %i bytes is a problem`, async (cutAfterBytes) => {
    const cut = await faulty({ cutAfterBytes })
    await expect(write(way, cut)).rejects.toMatchObject(unavailable)
    expect(await cut.trips()).toBe(1)
    expect(await cut.effects()).toEqual([effect[way]])
  })

  test.each([429, 500, 502, 503])(`${way}: a status %i is a problem`, async (status) => {
    const broken = await faulty({ status })
    await expect(write(way, broken)).rejects.toMatchObject(unavailable)
    expect(await broken.trips()).toBe(1)
    expect(await broken.effects()).toEqual([])
  })

  test(`${way}: a database that is busy twice is asked three times, and does it once`, async () => {
    const busy = await faulty({ busy: 2 })
    await write(way, busy)
    expect(await busy.trips()).toBe(3)
    expect(await busy.effects()).toEqual([effect[way]])
  })

  test(`${way}: a database that stays busy is asked five times, and then says so`, async () => {
    const busy = await faulty({ busy: 1_000 })
    await expect(write(way, busy)).rejects.toMatchObject({ ...unavailable, headers: { 'retry-after': '1' } })
    expect(await busy.trips()).toBe(5)
    expect(await busy.effects()).toEqual([])
  })
}

test('no try begins after the deadline, and what was refused is not said to be late', async () => {
  const busy = await faulty({ busy: 1_000 }, 300)
  await expect(write('transact', busy)).rejects.toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
  })
  expect(await busy.trips()).toBeLessThan(5)
})
