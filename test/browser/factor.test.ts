import { resolve } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, openPage } from './chromium.ts'
import { type DevServer, startDevServer } from './dev-server.ts'

let server: DevServer
let browser: Browser
/** Browsers have no passkeys for an address: the page is opened under the name of this machine. */
let origin: string
beforeAll(async () => {
  ;[server, browser] = await Promise.all([
    startDevServer(resolve(import.meta.dirname, 'factors')),
    launchChromium(),
  ])
  origin = server.url.replace('127.0.0.1', 'localhost')
}, 90_000)
afterAll(() => Promise.all([browser?.close(), server?.stop()]))

let context: BrowserContext
let page: Page
let faults: readonly string[]
let devtools: CDPSession
beforeEach(async () => {
  context = await browser.newContext()
  ;({ page, faults } = await openPage(context, [origin]))
  devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
})
afterEach(() => context.close())

/** https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ */
async function plugIn(isUserVerified: boolean, transport: 'internal' | 'usb' = 'internal'): Promise<string> {
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport,
      hasResidentKey: isUserVerified,
      hasUserVerification: isUserVerified,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  })
  return authenticatorId
}

async function done(): Promise<void> {
  await page.locator('#message[data-state=ok], #message[data-state=error]').waitFor()
  expect(await page.locator('#message').getAttribute('data-code')).toBe('')
}

/** Does one thing of the page, and waits until it is done. */
async function click(id: string): Promise<void> {
  await page.locator('#message').evaluate((message) => message.removeAttribute('data-state'))
  await page.locator(`#${id}`).click()
  await done()
}

async function open(email: string, how: 'sign-up' | 'sign-in' = 'sign-up'): Promise<void> {
  await page.goto(`${origin}/dev/sign-in`)
  await page.locator('body[data-ready]').waitFor()
  await page.locator('#email').fill(email)
  await page.locator('#password').fill('correct horse')
  await click(how)
}

const level = () => page.locator('#aal').textContent()

test('a passkey is registered, signs in alone, and is two factors in one; then it is removed', async () => {
  const authenticator = await plugIn(true)
  await open('passkey@example.com')
  await click('passkey-register')
  await click('sign-out')
  await click('passkey-sign-in')
  await page.locator('#user-email', { hasText: 'passkey@example.com' }).waitFor()
  expect(await level()).toBe('aal2')
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId: authenticator })
  expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost', signCount: 2 }])
  await page.locator('#passkey-list button').click()
  await page.locator('#passkey-list:not(:has(li))').waitFor({ state: 'attached' })
  expect(faults).toEqual([])

  await click('sign-out')
  await page.locator('#passkey-sign-in').click()
  await page.locator('#message[data-code=webauthn_verification_failed]').waitFor()
})

test('an authenticator that has not made sure who uses it has no passkeys', async () => {
  await plugIn(false)
  await open('unverified@example.com')
  await page.locator('#passkey-register').click()
  await page.locator('#message[data-state=error]').waitFor()
  expect(await page.locator('#passkey-list li').count()).toBe(0)
})

test('a security key is the second step after the password', async () => {
  await plugIn(false, 'usb')
  await open('key@example.com')
  expect(await level()).toBe('aal1')
  await click('webauthn-enroll')
  expect(await level()).toBe('aal2')
  expect(faults).toEqual([])
  await click('sign-out')
  await open('key@example.com', 'sign-in')
  expect(await level()).toBe('aal1')
  await click('webauthn-verify')
  expect(await level()).toBe('aal2')
})

test('a code of an app is the second step; its picture can be seen', async () => {
  await open('app@example.com')
  await click('totp-enroll')
  const width = await page
    .locator('#totp-qr')
    .evaluate((picture) => ('naturalWidth' in picture ? Number(picture.naturalWidth) : 0))
  expect(width).toBeGreaterThan(100)
  const secret = Secret.fromBase32((await page.locator('#totp-secret').textContent()) ?? '')
  await page.locator('#factor-code').fill(new TOTP({ secret }).generate())
  await click('factor-verify')
  expect(await level()).toBe('aal2')
  expect(faults).toEqual([])
  await click('sign-out')
  await open('app@example.com', 'sign-in')
  expect(await level()).toBe('aal1')
  // The step after this one: the code of this one was taken.
  await page.locator('#factor-code').fill(new TOTP({ secret }).generate({ timestamp: Date.now() + 30_000 }))
  await click('factor-verify')
  expect(await level()).toBe('aal2')
})
