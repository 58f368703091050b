import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { startPages } from '../../src/cli/pages/server.ts'
import { mailOf } from '../../src/mail/create.ts'
import { cloudflareEmail } from '../../src/mail/driver/cloudflare.ts'
import { resend } from '../../src/mail/driver/resend.ts'
import type { Driver, Message } from '../../src/mail/mail.ts'

const from = 'The "Shop" <mail@shop.example>'
const message: Message = {
  to: 'ada@example.com',
  subject: 'Grüße & <b>',
  text: 'One\nhttps://shop.example/a?b=c&d=e',
  html: '<p>One &amp; two</p>',
}

/** What a provider makes of the next mails. */
type Mood = 'takes' | 'is busy' | 'fails' | 'refuses' | 'hangs'

interface Provider {
  readonly driver: Driver
  /** What it took: whom from, and the message. */
  readonly taken: { readonly from: string; readonly message: Message }[]
  readonly keys: string[]
  mood: Mood
  stop(): Promise<void>
}

const statuses = { takes: 200, 'is busy': 429, fails: 500, refuses: 403, hangs: 0 } as const

/** A server that follows https://resend.com/docs/api-reference/emails/send-email. */
async function resendServer(): Promise<Provider> {
  const taken: Provider['taken'] = []
  const keys: string[] = []
  const server = createServer(async (request, response) => {
    const status = statuses[provider.mood]
    keys.push(String(request.headers['idempotency-key']))
    if (status === 0) return
    const { from, to, ...rest } = JSON.parse(await bodyOf(request))
    const isKnown = request.headers.authorization === 'Bearer re_key' && request.url === '/emails'
    if (status === 200 && isKnown) taken.push({ from, message: { to: to[0], ...rest } })
    response.writeHead(isKnown ? status : 401, { 'content-type': 'application/json' })
    response.end(status === 200 ? '{"id":"1"}' : '{"message":"ada@example.com is not right"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const provider: Provider = {
    driver: resend({ url: `http://127.0.0.1:${port}`, apiKey: 're_key', from, timeoutMilliseconds: 2_000 }),
    taken,
    keys,
    mood: 'takes',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return provider
}

/** An object that follows https://developers.cloudflare.com/email-service/api/send-emails/workers-api/. */
async function emailBinding(): Promise<Provider> {
  const codes = {
    'is busy': 'E_RATE_LIMIT_EXCEEDED',
    fails: 'E_INTERNAL_SERVER_ERROR',
    refuses: 'E_SENDER_NOT_VERIFIED',
  }
  const taken: Provider['taken'] = []
  const driver = cloudflareEmail({
    from,
    timeoutMilliseconds: 2_000,
    binding: {
      async send({ from, to, subject, text, html }) {
        const { mood } = provider
        if (mood === 'hangs') return new Promise(() => {})
        if (mood !== 'takes')
          throw Object.assign(new Error('ada@example.com is not right'), { code: codes[mood] })
        const sender = typeof from === 'string' ? from : `${from.name} <${from.email}>`
        taken.push({ from: sender, message: { to, subject, text, html } })
        return { messageId: '1' }
      },
    },
  })
  const provider: Provider = { driver, taken, keys: [], mood: 'takes', stop: async () => {} }
  return provider
}

let provider: Provider
afterEach(() => provider.stop())

describe.each([
  ['Resend', resendServer],
  ['Cloudflare Email Service', emailBinding],
])('%s', (_, start) => {
  test('takes a mail as it is', async () => {
    provider = await start()
    await provider.driver.deliver(message, 'key')
    expect(provider.taken).toEqual([{ from, message }])
  })

  test.each([
    ['is busy', true],
    ['fails', true],
    ['refuses', false],
    ['hangs', true],
  ] as const)('%s: an error that says whether to come again, and names nobody', async (mood, isTransient) => {
    provider = await start()
    provider.mood = mood
    const told = await provider.driver.deliver(message, 'key').catch((error: unknown) => error)
    expect(told).toMatchObject({ name: 'MailError', isTransient })
    expect(`${told} ${JSON.stringify(told)} ${told instanceof Error ? told.cause : ''}`).not.toContain('ada')
    expect(provider.taken).toEqual([])
  })
})

test('the inbox of development takes what is sent to Resend', async () => {
  const pages = await startPages({ name: 'Shop', publishableKey: 'key' })
  const mail = mailOf({ RESEND_API_KEY: pages.apiKey, RESEND_URL: pages.url, MAIL_FROM: from })
  await mail?.send(message)
  expect(pages.inbox.mails).toMatchObject([{ from, ...message }])
  await pages.stop()
})

test('the bindings say which driver; half of them is refused by name', async () => {
  expect(mailOf({})).toBeNull()
  expect(() => mailOf({ RESEND_API_KEY: 're_key' })).toThrow('MAIL_FROM is missing')
  expect(() => mailOf({ EMAIL: { send() {} } })).toThrow('MAIL_FROM is missing')
  expect(() => mailOf({}, { isNeeded: true })).toThrow('set RESEND_API_KEY, or bind EMAIL, and MAIL_FROM')
  const sent: unknown[] = []
  const binding = { send: async (given: unknown) => void sent.push(given) }
  await mailOf({ EMAIL: binding, MAIL_FROM: 'mail@shop.example' })?.send(message)
  expect(sent).toEqual([{ from: 'mail@shop.example', ...message }])
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}
