import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** A server that takes mail as Resend does. */
export interface Mailbox {
  readonly url: string
  /** The newest mail to an address whose text has this in it, as soon as it comes. @throws after five seconds */
  newest(to: string, having?: RegExp): Promise<Mail>
  /** The mail to an address that comes behind so many. @throws after five seconds */
  after(to: string, many: number): Promise<Mail>
  /** All that came to an address, the first one first. */
  all(to: string): readonly Mail[]
  stop(): Promise<void>
}

export async function startMailbox(): Promise<Mailbox> {
  const mails: Mail[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { to, subject, text, html } = JSON.parse(Buffer.concat(chunks).toString())
    mails.push({ to: String(to[0]), subject, text, html })
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: String(mails.length) }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const all = (to: string) => mails.filter((mail) => mail.to === to)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    all,
    newest: (to, having = /(?:)/) =>
      soon(to, () => all(to).findLast((mail) => having.test(mail.text) || having.test(mail.subject))),
    after: (to, many) => soon(to, () => all(to)[many]),
    stop: () => new Promise((stopped) => server.close(() => stopped())),
  }
}

/** The link of a mail. */
export function linkIn({ text }: Mail): string {
  const [link] = /https?:\/\/\S+\/auth\/v1\/verify\?\S+/.exec(text) ?? []
  if (link === undefined) throw new Error('the mail has no link')
  return link
}

/** The six digits of a mail. */
export function codeIn({ text }: Mail): string {
  const [code] = /\b\d{6}\b/.exec(text) ?? []
  if (code === undefined) throw new Error('the mail has no code')
  return code
}

async function soon(to: string, find: () => Mail | undefined): Promise<Mail> {
  for (let tries = 0; tries < 250; tries += 1) {
    const found = find()
    if (found !== undefined) return found
    await new Promise((again) => setTimeout(again, 20))
  }
  throw new Error(`no mail to ${to}`)
}
