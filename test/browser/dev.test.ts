import { resolve } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, openPage } from './chromium.ts'
import { type DevServer, startDevServer } from './dev-server.ts'

let server: DevServer
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([
    startDevServer(resolve(import.meta.dirname, 'backend')),
    launchChromium(),
  ])
}, 90_000)
afterAll(() => Promise.all([browser?.close(), server?.stop()]))

let context: BrowserContext
let page: Page
let faults: readonly string[]
beforeEach(async () => {
  context = await browser.newContext()
  ;({ page, faults } = await openPage(context, [server.url]))
})
afterEach(() => context.close())

async function signUp(email: string): Promise<void> {
  await page.goto(`${server.url}/dev/sign-in`)
  await page.locator('body[data-ready]').waitFor()
  await page.locator('#email').fill(email)
  await page.locator('#password').fill('correct horse')
  await page.locator('#sign-up').click()
  await page.locator('#message[data-state=ok]').waitFor()
}

/** Opens the newest mail to `email`, and waits for its page: a click does not. */
async function openMail(page: Page, email: string): Promise<void> {
  await page.goto(`${server.url}/dev/mail`)
  await page.locator('.mails a', { hasText: email }).first().click()
  await page.locator('#to', { hasText: email }).waitFor()
}

test('signs up, finds the mail in the inbox, clicks its link, and is signed in; and is told of another device', async () => {
  await signUp('one@example.com')
  expect(await page.locator('#signed-in').isVisible()).toBe(false)
  await openMail(page, 'one@example.com')
  expect(await page.title()).toContain('Sign-in <trial>')
  await page.frameLocator('#html').locator('a[href*="/auth/v1/verify"]').first().click()
  await page.locator('#user-email', { hasText: 'one@example.com' }).waitFor()
  await page.locator('body[data-ready]').waitFor()
  expect(new URL(page.url()).pathname).toBe('/dev/sign-in')
  expect(await page.locator('#aal').textContent()).toBe('aal1')
  await page.locator('#sign-out').click()
  await page.locator('#signed-out').waitFor()
  expect(faults).toEqual([])

  const elsewhere = await browser.newContext({ userAgent: 'Another <b>browser</b>' })
  const other = await openPage(elsewhere, [server.url])
  await other.page.goto(`${server.url}/dev/sign-in`)
  await other.page.locator('#email').fill('one@example.com')
  await other.page.locator('#password').fill('correct horse')
  await other.page.locator('#sign-in').click()
  await other.page.locator('#user-email', { hasText: 'one@example.com' }).waitFor()
  // A page that is left before it has shown all has requests that fail.
  await other.page.locator('#message[data-state=ok]').waitFor()
  await openMail(other.page, 'one@example.com')
  expect(await other.page.title()).toContain('Sign-in <trial>')
  const mail = other.page.frameLocator('#html').locator('body')
  expect(await mail.textContent()).toContain('Another <b>browser</b>')
  expect(other.faults).toEqual([])
  await elsewhere.close()
})

test('what goes wrong is told by its code', async () => {
  await page.goto(`${server.url}/dev/sign-in`)
  await page.locator('#email').fill('nobody@example.com')
  await page.locator('#password').fill('wrong horse')
  await page.locator('#sign-in').click()
  await page.locator('#message[data-code=invalid_credentials]').waitFor()
})

test('a page of another site reads no mail', async () => {
  const asked = (headers: Readonly<Record<string, string>>) =>
    fetch(`${server.url}/dev/mail`, { headers }).then(({ status, headers }) => [
      status,
      headers.get('access-control-allow-origin'),
    ])
  expect(await asked({})).toEqual([200, null])
  expect(await asked({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).toEqual([404, null])
})
