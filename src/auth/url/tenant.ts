import type { AuthServer } from '../context.ts'
import { issuerOf } from '../token/tokens.ts'

/**
 * Names the tenant in the query of what a browser opens, or another program asks for, where neither host nor path does
 * (`tenants: { from: 'claim' }`): a link and a redirect bring no header, and nobody is signed in yet. It decides nothing,
 * as the header does: what is brought there is good in one tenant alone.
 */
export const tenantParameter = 'selvage_tenant'

/** By what the tenant of a URL is known. */
export type Named = Pick<AuthServer, 'backend' | 'settings'>

/** What URLs of this tenant have in their query; nothing where they name it without. */
export function tenantQuery(server: Named): Readonly<Record<string, string>> {
  const name = tenantInUrls(server)
  return name === null ? {} : { [tenantParameter]: name }
}

/** Null where URLs name the tenant anyway, or there is none. */
export function tenantInUrls({ backend, settings }: Named): string | null {
  return backend.tenants?.from === 'claim' && settings.tenant !== '' ? settings.tenant : null
}

/** No letter of a tenant's name, or of what is sealed. */
const tenantEnd = '.'

/** What comes back from elsewhere as it is (RFC 6749 §4.1.1: `state`), with the tenant in front; null: as it is. */
export function behindTenant(tenant: string | null, sealed: string): string {
  return tenant === null ? sealed : `${tenant}${tenantEnd}${sealed}`
}

/** Which tenant such a text names: whether it is one of that tenant's, its seal says. Null of one that names none. */
export function tenantInState(state: string): string | null {
  const end = state.indexOf(tenantEnd)
  return end === -1 ? null : state.slice(0, end)
}

/** Where others find an endpoint: a query of it is kept by those who add to it (RFC 6749 §3.1, §3.2). */
export function endpointUrl(server: Named, path: string): string {
  const query = new URLSearchParams(tenantQuery(server)).toString()
  return `${issuerOf(server.settings.apiUrl)}${path}${query === '' ? '' : `?${query}`}`
}
