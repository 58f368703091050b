import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import backend from '../../src/backend/index.ts'
import { migrate } from '../../src/cli/migrate.ts'
import { seed } from '../../src/cli/seed.ts'
import { makeBindings } from '../harness/bindings.ts'
import { startDatabase } from '../harness/database.ts'

const root = join(import.meta.dirname, '../..')
const app = createApp(backend)
let bindings: Readonly<Record<string, string>>
let stop: () => Promise<unknown>

beforeAll(async () => {
  const database = await startDatabase()
  stop = () => database.stop()
  await migrate({ databaseUrl: database.url, folder: join(root, 'drizzle') })
  await seed({ databaseUrl: database.url, backendFolder: join(root, 'src/backend'), size: 'small' })
  bindings = { ...makeBindings(database.url), CACHE_OFF: '0' }
}, 60_000)
afterAll(() => stop())

const later = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} }

async function ask(path: string, headers: Readonly<Record<string, string>>, body?: unknown) {
  const { PUBLISHABLE_KEY: apikey = '' } = bindings
  const init = {
    method: body === undefined ? 'GET' : 'POST',
    headers: { apikey, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
  return app.fetch(new Request(`http://selvage.test${path}`, init), bindings, later)
}

/** Someone who has just signed up, and hands back the bookmark of that. */
async function someone(name: string): Promise<Readonly<Record<string, string>>> {
  const account = { email: `${name}@example.com`, password: 'correct horse battery' }
  const response = await ask('/auth/v1/signup', {}, account)
  const { access_token: token } = JSON.parse(await response.text())
  const bookmark = response.headers.get('selvage-bookmark') ?? ''
  return { authorization: `Bearer ${token}`, 'selvage-bookmark': bookmark }
}

const page = '/rest/v1/products?select=id,name&order=id&limit=2'
const nextIn = (response: Response): string => /<([^>]+)>/.exec(response.headers.get('link') ?? '')?.[1] ?? ''

test('who shares a kept answer gets the same bytes and tag, and a cursor that is nobody else’s', async () => {
  const [ada, bea] = [await someone('first-sharer'), await someone('second-sharer')]
  await ask(page, bea)
  const answers = [await ask(page, ada), await ask(page, bea), await ask(page, {}), await ask(page, ada)]
  const statuses = answers.map(({ headers }) => headers.get('cache-status'))
  expect(statuses).toEqual(statuses.map(() => expect.stringContaining('Selvage; hit')))
  expect(new Set(answers.map(({ headers }) => headers.get('etag'))).size).toBe(1)
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
  const links = answers.map(nextIn)
  expect(links[3]).toBe(links[0])
  expect(new Set(links).size).toBe(3)
  for (const [index, headers] of [ada, bea, {}].entries()) {
    const followed = links.map(async (link) => (await ask(link, headers)).status)
    expect(await Promise.all(followed)).toEqual([0, 1, 2, 0].map((owner) => (owner === index ? 200 : 400)))
  }
})
