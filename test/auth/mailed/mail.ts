import type { TestAuthServer } from '../server.ts'

/** A mail that came to an address: its link and its code, as its reader sees them. */
export interface Mailed {
  readonly subject: string
  readonly text: string
  readonly link: URL
  readonly token: string
  readonly code: string
}

/** The mails to an address, the first one first. */
export function mailsTo(server: TestAuthServer, email: string): readonly Mailed[] {
  return server.sent
    .filter(({ to }) => to === email)
    .map(({ subject, text }) => {
      const link = new URL(/https?:\/\/\S+/.exec(text)?.[0] ?? 'none:')
      return {
        subject,
        text,
        link,
        token: link.searchParams.get('token') ?? '',
        code: /\b\d{6}\b/.exec(text.replaceAll(link.href, ''))?.[0] ?? '',
      }
    })
}

/** The last one. */
export function mailTo(server: TestAuthServer, email: string): Mailed {
  const mail = mailsTo(server, email).at(-1)
  if (mail === undefined) throw new TypeError(`no mail to ${email}`)
  return mail
}

/** Opens a link as a browser does, which has no key: where it is sent to. */
export async function open(server: TestAuthServer, link: URL, method = 'GET'): Promise<URL> {
  const response = await server.send(link.pathname.replace('/auth/v1', '') + link.search, { method })
  return new URL(response.headers.get('location') ?? 'none:')
}

/** What stands in a fragment. */
export function fragmentOf(url: URL): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(url.hash.slice(1)))
}
