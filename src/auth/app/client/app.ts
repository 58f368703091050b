import { type Result, textOf } from '../../../base/statement.ts'
import { isoOf } from '../../account/user.ts'
import type { ClientMethod } from './authenticate.ts'

/** A row of `auth_apps` without the hash of its secret. Instants in milliseconds. */
export interface App {
  readonly id: string
  readonly name: string
  readonly type: 'public' | 'confidential'
  readonly registration: 'manual' | 'dynamic'
  readonly method: ClientMethod
  readonly redirectUris: readonly string[]
  readonly grantTypes: readonly string[]
  readonly scope: string | null
  readonly uri: string | null
  readonly logoUri: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** One column, over a row of `auth_apps`: the app as JSON, which `appOf` reads. */
export const appColumns = `json_object('id', id, 'name', name, 'type', type, 'registration', registration,
  'method', token_endpoint_auth_method, 'redirectUris', json(redirect_uris), 'grantTypes', json(grant_types),
  'scope', scope, 'uri', uri, 'logoUri', logo_uri, 'createdAt', created_at, 'updatedAt', updated_at)`

/** The app in the first row of `select ${appColumns}`; null when there is no row. */
export function appOf(result: Result | undefined): App | null {
  const json = textOf(result?.rows[0]?.[0])
  return json === null ? null : JSON.parse(json)
}

/** As GoTrue writes it, in the members of RFC 7591 §2. */
export function appJson(app: App): Readonly<Record<string, unknown>> {
  return {
    client_id: app.id,
    client_name: app.name,
    client_type: app.type,
    redirect_uris: app.redirectUris,
    token_endpoint_auth_method: app.method,
    grant_types: app.grantTypes,
    response_types: ['code'],
    scope: app.scope ?? undefined,
    client_uri: app.uri ?? undefined,
    logo_uri: app.logoUri ?? undefined,
    registration_type: app.registration,
    created_at: isoOf(app.createdAt),
    updated_at: isoOf(app.updatedAt),
  }
}
