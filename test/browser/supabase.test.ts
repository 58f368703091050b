import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { SupabaseClient } from '@supabase/supabase-js'
import type { Browser, BrowserContext, JSHandle, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ada, bob } from '../../src/backend/seed.ts'
import { type ClientServer, startServer } from '../client/server.ts'
import { launchChromium, openPage } from './chromium.ts'
import { type PageServer, servePages } from './page-server.ts'

/** As a page has it. The page is of another origin than the Worker's, so Chromium asks it for leave (CORS). */
type Supabase = typeof import('@supabase/supabase-js')

let server: ClientServer
let pages: PageServer
let browser: Browser
beforeAll(async () => {
  server = await startServer()
  pages = await serveSupabase()
  browser = await launchChromium()
})
afterAll(() => Promise.all([browser?.close(), pages?.stop(), server?.stop()]))

let context: BrowserContext
let page: Page
let faults: readonly string[]
beforeEach(async () => {
  context = await browser.newContext()
  ;({ page, faults } = await openPage(context, [server.url, pages.origin]))
  await page.goto(pages.origin)
})
afterEach(() => context.close())

async function serveSupabase(): Promise<PageServer> {
  const main = createRequire(import.meta.url).resolve('@supabase/supabase-js')
  const bundle = await readFile(join(dirname(main), 'umd', 'supabase.js'), 'utf8')
  return servePages({
    '/': {
      type: 'text/html',
      text: '<!doctype html><title>A page</title><script src="/supabase.js"></script>',
    },
    '/supabase.js': { type: 'text/javascript; charset=utf-8', text: bundle },
  })
}

const supabase = (): Promise<JSHandle<Supabase>> => page.evaluateHandle<Supabase>('supabase')

/** A client in the page, which keeps its session in the page's storage. */
async function newClient(): Promise<JSHandle<SupabaseClient>> {
  return (await supabase()).evaluateHandle(({ createClient }, [url, key]) => createClient(url, key), [
    server.url,
    server.publishableKey,
  ] as const)
}

async function signedIn() {
  const client = await newClient()
  const { data, error } = await client.evaluate(({ auth }, person) => auth.signInWithPassword(person), {
    email: ada.email,
    password: ada.password,
  })
  if (error !== null || data.session === null) throw new Error(`no session: ${error?.message}`)
  return { client, user: data.user, token: data.session.access_token }
}

test('signs in, and reads own orders with their items and their count', async () => {
  const { client, user } = await signedIn()
  expect(user).toMatchObject({ id: ada.id, email: ada.email })
  const { data, error, count, status } = await client.evaluate(
    async (client) =>
      await client
        .from('orders')
        .select('id,user_id,order_items(quantity,products(name))', { count: 'exact' })
        .order('created_at')
        .limit(5),
  )
  expect([error, status, count, data?.length]).toEqual([null, 206, 13, 5])
  expect(new Set(data?.map(({ user_id }) => user_id))).toEqual(new Set([ada.id]))
  expect(data?.[0]?.order_items[0]).toMatchObject({
    quantity: expect.any(Number),
    products: { name: expect.any(String) },
  })
  expect(faults).toEqual([])
})

test('a session outlives the page; signed out, its token is refused', async () => {
  const { token } = await signedIn()
  await page.reload()
  const client = await newClient()
  const kept = await client.evaluate(async ({ auth }) => (await auth.getSession()).data.session)
  expect(kept?.access_token).toBe(token)
  const read = async () => {
    const holder = (await supabase()).evaluateHandle(
      ({ createClient }, [url, key, token]) => createClient(url, key, { accessToken: async () => token }),
      [server.url, server.publishableKey, token] as const,
    )
    return (await holder).evaluate(async (client) => {
      const { status, data, error } = await client.from('users').select('id')
      return [status, error === null ? data : error.code]
    })
  }
  expect(await read()).toEqual([200, [{ id: ada.id }]])
  expect((await client.evaluate(({ auth }) => auth.signOut())).error).toBeNull()
  expect(faults).toEqual([])
  expect(await read()).toEqual([401, 'PGRST303'])
  await page.reload()
  const after = await (await newClient()).evaluate(({ auth }) => auth.getSession())
  expect(after.data.session).toBeNull()
})

test('an error says what is wrong to a page of another origin, too', async () => {
  const client = await newClient()
  const { code, status } = await client.evaluate(async ({ auth }, email) => {
    const { error } = await auth.signInWithPassword({ email, password: 'wrong' })
    return { code: error?.code, status: error?.status }
  }, bob.email)
  expect([status, code]).toEqual([400, 'invalid_credentials'])
})

test('headers that a page may need can be read; a tag that it sends back is understood', async () => {
  const read = (headers: Readonly<Record<string, string>>) =>
    page.evaluate(
      async ([url, headers]) => {
        const response = await fetch(url, { headers, cache: 'no-store' })
        return { status: response.status, headers: Object.fromEntries(response.headers) }
      },
      [`${server.url}/rest/v1/tags?limit=2`, headers] as const,
    )
  const apikey = server.publishableKey
  const first = await read({ apikey, prefer: 'count=exact' })
  expect(first).toMatchObject({
    status: 206,
    headers: {
      'content-range': '0-1/11',
      'preference-applied': 'count=exact',
      etag: expect.any(String),
      link: expect.stringContaining('rel="next"'),
      'server-timing': expect.any(String),
      'x-request-id': expect.any(String),
    },
  })
  const etag = first.headers.etag ?? ''
  expect((await read({ apikey, prefer: 'count=exact', 'if-none-match': etag })).status).toBe(304)
  expect(faults).toEqual([])
})
