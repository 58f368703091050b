/**
 * Names a tenant where a backend tells them by claim, and there is no access token yet: sign-in, and API keys alone. It
 * decides nothing: keys and tokens of another tenant are wrong there.
 */
export const tenantHeader = 'selvage-tenant'

/** `/t/{tenant}` in front of a path. */
const inPath = /^\/t\/([^/]*)/

/**
 * The label in front of the host of this server (`acme` of `acme.api.example`); null of the server's own host, and
 * of one that is not below it. Several labels are given as they are: no tenant has such a name.
 * @param url of the request: its host is the one that the platform routed by, never a header of the client's
 */
export function tenantInHost(url: string, apiUrl: string): string | null {
  const { hostname } = new URL(url)
  const base = `.${new URL(apiUrl).hostname}`
  return hostname.endsWith(base) ? hostname.slice(0, -base.length) : null
}

/** What stands in the path, as it is written; null of a path without a tenant. */
export function tenantInPath(url: string): string | null {
  return inPath.exec(new URL(url).pathname)?.[1] ?? null
}

/** The path behind the tenant, where routes are found. */
export function pathBehindTenant(path: string): string {
  return path.replace(inPath, '') || '/'
}

/** Where the clients of a tenant reach this server, without a trailing slash. */
export function tenantUrl(from: 'host' | 'path' | 'claim', apiUrl: string, name: string): string {
  switch (from) {
    case 'host':
      return apiUrl.replace('://', `://${name}.`)
    case 'path':
      return `${apiUrl}/t/${name}`
    case 'claim':
      return apiUrl
  }
}
