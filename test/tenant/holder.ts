import { createApp } from '../../src/app.ts'
import type { Settings } from '../../src/base/settings.ts'
import type { TenantsDeclaration } from '../../src/index.ts'
import declared from './backend/index.ts'
import type { TenantWorld } from './world.ts'

/** What somebody of one tenant holds. */
export interface Holder {
  readonly settings: Settings
  readonly token: string
  readonly refresh: string
  /** The id of a row. */
  readonly note: string
  readonly cursor: string
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export const password = 'correct horse battery'

/** Where there is no platform that lets work go on after the answer, it goes on anyway. */
export const waiting = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} }

/** Asks the tenants of a world, whichever way they are named. Each has a memory of its own, as an isolate. */
export function tenantAsker(world: () => TenantWorld, from: TenantsDeclaration['from']) {
  const app = createApp({ ...declared, tenants: { from } })

  async function ask(tenant: string, path: string, { method = 'GET', headers = {}, body }: Ask = {}) {
    const root = {
      host: `http://${tenant}.api.test`,
      path: `http://api.test/t/${tenant}`,
      claim: 'http://api.test',
    }
    const request = new Request(`${root[from]}${path}`, {
      method,
      headers: {
        ...(from === 'claim' && { 'selvage-tenant': tenant }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const response = await app.fetch(request, world().bindings, waiting)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? null : JSON.parse(text),
    }
  }

  /** Somebody new, with three rows and a page of them. */
  async function signUp(tenant: string): Promise<Holder> {
    const settings = await world().settingsOf(tenant, { from })
    const apikey = settings.publishableKey
    const body = { email: `${from}@example.com`, password }
    const signed = await ask(tenant, '/auth/v1/signup', { method: 'POST', headers: { apikey }, body })
    const { access_token: token, refresh_token: refresh } = signed.json
    const headers = { apikey, authorization: `Bearer ${token}` }
    const made = await ask(tenant, '/rest/v1/notes', {
      method: 'POST',
      headers: { ...headers, prefer: 'return=representation' },
      body: [1, 2, 3].map((each) => ({ body: `${tenant} ${from} ${each}` })),
    })
    const page = await ask(tenant, '/rest/v1/notes?select=body&limit=1', { headers })
    return { settings, token, refresh, note: made.json[0].id, cursor: cursorIn(page.headers) }
  }

  return { app, ask, signUp }
}

/** The headers of somebody who is signed in. */
export function credentials({ settings, token }: Holder): Readonly<Record<string, string>> {
  return { apikey: settings.publishableKey, authorization: `Bearer ${token}` }
}

/** @throws RangeError if there is no next page */
export function cursorIn(headers: Headers): string {
  const cursor = /cursor=([^&>]+)/.exec(headers.get('link') ?? '')?.[1]
  if (cursor === undefined) throw new RangeError('the answer has no link to a next page')
  return cursor
}
