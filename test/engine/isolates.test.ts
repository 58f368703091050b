import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import backend from '../../src/backend/index.ts'
import { seedId } from '../../src/backend/seed.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { seed } from '../../src/cli/seed.ts'
import { makeBindings } from '../harness/bindings.ts'
import { startDatabase, type TestDatabase } from '../harness/database.ts'

/** One key in several isolates at once: none of them knows what the others are doing. */

let database: TestDatabase
let bindings: Readonly<Record<string, string>>
const isolates = Array.from({ length: 4 }, () => createApp(backend))

beforeAll(async () => {
  database = await startDatabase()
  await migrate({ databaseUrl: database.url, folder: resolve('drizzle') })
  await seed({ databaseUrl: database.url, backendFolder: resolve('src/backend'), size: 'small' })
  bindings = makeBindings(database.url)
})
afterAll(() => database.stop())

async function ask(isolate: (typeof isolates)[number], path: string, body?: unknown, key = '') {
  const headers = {
    apikey: bindings.SECRET_KEY ?? '',
    'content-type': 'application/json',
    prefer: 'return=representation',
    ...(key === '' ? {} : { 'idempotency-key': key }),
  }
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await isolate.fetch(new Request(`http://selvage.test/rest/v1/${path}`, init), bindings)
  return {
    status: response.status,
    replayed: response.headers.has('idempotency-replayed'),
    text: await response.text(),
  }
}

test('the same request is done by one of them, and answered the same by all', async () => {
  for (let round = 0; round < 10; round += 1) {
    const body = { user_id: seedId('user', 0), note: `round ${round}` }
    const answers = await Promise.all(
      isolates.map((isolate) => ask(isolate, 'orders', body, `round-${round}`)),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  }
  const [first] = isolates
  if (first === undefined) throw new RangeError('there is an isolate')
  const { text } = await ask(first, 'orders?note=like.round*&select=note&order=created_at')
  expect(JSON.parse(text)).toHaveLength(10)
})

test('another request under the same key is refused by all but one', async () => {
  const answers = await Promise.all(
    isolates.map((isolate, n) =>
      ask(isolate, 'orders', { user_id: seedId('user', 0), note: `another ${n}` }, 'another'),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422])
})
