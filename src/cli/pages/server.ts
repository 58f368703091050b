import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { html } from '../../base/http/html.ts'
import { document, policyOf } from './document.ts'
import { type Inbox, inboxPage, mailPage, openInbox } from './inbox.ts'
import { type SignInPage, signInPage } from './sign-in.ts'

/** What the Worker of development hands `/dev/*` to, and sends its mails to: it speaks Resend's API. */
export interface Pages {
  /** On loopback, without a slash at its end. */
  readonly url: string
  /** For RESEND_API_KEY: pages of other origins cannot put mails here. */
  readonly apiKey: string
  readonly inbox: Inbox
  stop(): Promise<void>
}

const mostBytes = 1_048_576

/** Serves the inbox and the sign-in page on a free port of loopback. */
export async function startPages(site: SignInPage): Promise<Pages> {
  const inbox = openInbox()
  const apiKey = `re_${randomBytes(24).toString('base64url')}`
  const respond = responderOf(site, inbox, apiKey)
  const server = createServer((request, response) => {
    respond(request).then(
      (answer) => write(response, answer),
      (error: unknown) => write(response, { status: 500, type: 'text/plain', text: String(error) }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server of pages has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    apiKey,
    inbox,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * What the Worker is told of them: mails go to the inbox, and links in them to the sign-in page, unless the file of
 * secrets says where else.
 */
export function pageVariables(
  { url, apiKey }: Pages,
  apiUrl: string,
  secrets: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { RESEND_API_KEY, SITE_URL } = secrets
  return {
    DEV_URL: url,
    ...(!SITE_URL && { SITE_URL: `${apiUrl}/dev/sign-in` }),
    ...(!RESEND_API_KEY && {
      RESEND_API_KEY: apiKey,
      RESEND_URL: url,
      MAIL_FROM: 'Selvage <mail@selvage.localhost>',
    }),
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly policy?: string
}

function write(response: ServerResponse, { status, type, text, policy = policyOf('other') }: Answer): void {
  response
    .writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    })
    .end(text)
}

function responderOf(site: SignInPage, inbox: Inbox, apiKey: string) {
  const page = (text: string, kind: 'mail' | 'other' = 'other'): Answer => ({
    status: 200,
    type: 'text/html',
    text,
    policy: policyOf(kind),
  })
  return async (request: IncomingMessage): Promise<Answer> => {
    const { pathname } = new URL(request.url ?? '/', 'http://loopback')
    if (request.method === 'POST' && pathname === '/emails') return taken(request, inbox, apiKey)
    if (request.method !== 'GET') return plain(405, 'Pages are read.')
    if (pathname === '/dev/sign-in') return page(signInPage(site))
    if (pathname === '/dev/sign-in.js') return script(join(import.meta.dirname, 'browser/sign-in.js'))
    if (pathname === '/dev/supabase.js') return script(clientFile())
    if (pathname === '/dev/mail') {
      if (!request.headers.accept?.includes('application/json'))
        return page(inboxPage(site.name, inbox.mails))
      return { status: 200, type: 'application/json', text: JSON.stringify(inbox.mails) }
    }
    const mail = inbox.mails.find(({ id }) => pathname === `/dev/mail/${id}`)
    if (mail !== undefined) return page(mailPage(mail), 'mail')
    const none = document(
      'Nothing is here',
      html`<main id="main"><h1>Nothing is here</h1><p><a href="/dev/mail">Mail</a>, <a href="/dev/sign-in">sign in</a></p></main>`,
    )
    return { ...page(none), status: 404 }
  }
}

/** https://resend.com/docs/api-reference/emails/send-email */
async function taken(request: IncomingMessage, inbox: Inbox, apiKey: string): Promise<Answer> {
  if (!equal(request.headers.authorization ?? '', `Bearer ${apiKey}`)) return plain(401, 'API key is invalid')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > mostBytes) return plain(413, 'The mail is too large.')
    chunks.push(bytes)
  }
  const given: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  const mail: Readonly<Record<string, unknown>> =
    typeof given === 'object' && given !== null ? { ...given } : {}
  const { id } = inbox.keep({
    from: String(mail.from ?? ''),
    to: String(mail.to ?? ''),
    subject: String(mail.subject ?? ''),
    text: String(mail.text ?? ''),
    html: String(mail.html ?? ''),
  })
  return { status: 200, type: 'application/json', text: JSON.stringify({ id: String(id) }) }
}

async function script(file: string): Promise<Answer> {
  return { status: 200, type: 'text/javascript', text: await readFile(file, 'utf8') }
}

/** supabase-js, with auth-js in it, as it comes for a page without a bundler. */
function clientFile(): string {
  const main = createRequire(import.meta.url).resolve('@supabase/supabase-js')
  return join(dirname(main), 'umd', 'supabase.js')
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain', text }
}

function equal(given: string, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(expected))
}
