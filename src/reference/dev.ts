import { Problem } from '../base/problem.ts'
import { type Bindings, optionalText } from '../base/settings.ts'

/**
 * Where `npm run dev` serves an inbox and a sign-in page; null where there is none, as in production.
 * @throws Problem UNAVAILABLE_CONFIGURATION for a URL that leads away from this machine: mails would go there
 */
export function devUrlOf(bindings: Bindings): string | null {
  const given = optionalText(bindings, 'DEV_URL')
  if (given === null) return null
  if (URL.canParse(given) && isLoopback(new URL(given))) return new URL(given).origin
  throw new Problem('UNAVAILABLE_CONFIGURATION', {
    message: 'DEV_URL is not an http URL of loopback: it is for `npm run dev` alone, so take it away.',
    headers: { 'retry-after': '60' },
  })
}

/**
 * `/dev/*`: a page of this machine, asked for by this machine. A page of another site reads nothing here, neither by
 * CORS (its own fetches are told by `Sec-Fetch-Site`), nor under a name of its own that leads to 127.0.0.1.
 * @throws Problem NOT_FOUND
 */
export async function devPage(request: Request, devUrl: string): Promise<Response> {
  const { pathname, search, ...url } = partsOf(request.url)
  const { headers, method } = request
  const site = headers.get('sec-fetch-site') ?? 'none'
  const isForeign = !['none', 'same-origin'].includes(site) && headers.get('sec-fetch-mode') !== 'navigate'
  if (!url.isLoopback || isForeign || method !== 'GET') throw new Problem('NOT_FOUND')
  const response = await fetch(`${devUrl}${pathname}${search}`, {
    headers: { accept: headers.get('accept') ?? '*/*' },
    redirect: 'manual',
  })
  return new Response(response.body, response)
}

function partsOf(url: string) {
  const parsed = new URL(url)
  return { pathname: parsed.pathname, search: parsed.search, isLoopback: isLoopback(parsed) }
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
