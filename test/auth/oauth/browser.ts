import type { TestAuthServer } from '../server.ts'

/** A browser as far as redirects and cookies go. */
export function browser(server: TestAuthServer, headers: Record<string, string> = {}) {
  const jars = new Map<string, Map<string, string>>()
  const visit = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { origin } = new URL(url)
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const request = { ...init, redirect: 'manual' as const, headers: { ...headers, ...init.headers, cookie } }
    const response = await (origin === server.settings.apiUrl
      ? server.fetch(url, request)
      : fetch(url, request))
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      jar.set(name, value)
    }
    return response
  }
  return {
    visit,
    jars,
    /** Follows redirects until they leave for the site, or to `stop`: where they lead then. */
    async follow(url: string, stop: (url: string) => boolean = () => false): Promise<URL> {
      let next = url
      for (let hop = 0; hop < 20; hop += 1) {
        if (next.startsWith(server.settings.siteUrl) || stop(next)) return new URL(next)
        const response = await visit(next)
        const location = response.headers.get('location')
        if (location === null)
          throw new Error(`no redirect from ${next}: ${response.status} ${await response.text()}`)
        next = new URL(location, next).href
      }
      throw new Error('too many redirects')
    },
  }
}

/** What stands in a fragment. */
export function fragmentOf(url: URL): URLSearchParams {
  return new URLSearchParams(url.hash.slice(1))
}
