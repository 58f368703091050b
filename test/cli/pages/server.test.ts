import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Pages, startPages } from '../../../src/cli/pages/server.ts'
import { resend } from '../../../src/mail/driver/resend.ts'

let pages: Pages
beforeAll(async () => {
  pages = await startPages({ name: 'A "shop" <b>', publishableKey: 'sb_publishable_"><script>' })
})
afterAll(() => pages.stop())

const message = {
  to: 'ada@example.com',
  subject: 'Hello <b>',
  text: 'Click https://shop.example/verify?token=1&type=signup',
  html: '<a href="https://shop.example/">"go"</a><script>alert(1)</script>',
}

async function read(path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${pages.url}${path}`, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('a mail that the driver of Resend sends is shown, framed off and escaped', async () => {
  await resend({ url: pages.url, apiKey: pages.apiKey, from: 'Shop <mail@shop.example>' }).deliver(
    message,
    'a-key',
  )
  const [kept] = pages.inbox.mails
  expect(kept).toMatchObject({ ...message, from: 'Shop <mail@shop.example>' })
  const list = await read('/dev/mail')
  expect(list.text).toContain(`href="/dev/mail/${kept?.id}"`)
  expect(list.text).not.toContain('Hello <b>')
  const { text, headers } = await read(`/dev/mail/${kept?.id}`)
  expect(text).not.toContain('<script>')
  expect(text).toMatch(
    /<iframe id="html"[^>]* sandbox="allow-top-navigation-by-user-activation" srcdoc="&#60;base/,
  )
  expect(text).toContain('href="https://shop.example/verify?token=1&#38;type=signup"')
  expect(headers.get('content-security-policy')).toContain("script-src 'self'")
  const machine = await read('/dev/mail', { accept: 'application/json' })
  expect(JSON.parse(machine.text)).toMatchObject([message])
})

test('who has no key puts no mail there', async () => {
  const before = pages.inbox.mails.length
  await expect(
    resend({ url: pages.url, apiKey: 'wrong', from: 'a@b.example' }).deliver(message, 'a-key'),
  ).rejects.toMatchObject({ name: 'MailError', message: 'the mail provider answered 401' })
  expect(pages.inbox.mails).toHaveLength(before)
})

test('the sign-in page and its scripts come from here, and its names are escaped', async () => {
  const { text, headers } = await read('/dev/sign-in')
  expect(text).not.toContain('"><script>')
  expect(headers.get('content-security-policy')).not.toContain('unsafe')
  for (const [, path = ''] of text.matchAll(/<script src="([^"]+)"/g)) {
    const script = await read(path)
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ])
  }
  expect((await read('/dev/nothing')).status).toBe(404)
})
