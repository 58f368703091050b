import { type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import type { FactorType, StoredFactor } from './kind.ts'

/** Seconds in which a challenge can be answered, as GoTrue's. */
export const challengeSeconds = 300

/** Over a row of `auth_credentials`: a `StoredCredential`. */
export const credentialJson = `json_object('credentialId', credential_id, 'publicKeyHex', hex(public_key), 'counter', counter, 'transports', json(transports))`

const credentials = `(select json_group_array(json(one)) from (
  select ${credentialJson} as one
  from auth_credentials where factor_id = auth_factors.id))`

/** Over `auth_factors join auth_users`. */
const factorColumn = `json_object('id', auth_factors.id, 'type', auth_factors.type, 'status', auth_factors.status,
  'name', auth_factors.name, 'secret', auth_factors.secret, 'lastStep', auth_factors.last_step,
  'failures', auth_factors.failures, 'failedAt', auth_factors.failed_at,
  'userId', auth_users.id, 'email', auth_users.email, 'emailConfirmedAt', auth_users.email_confirmed_at, 'credentials', ${credentials})`

/** What `readFactor` told; null when there is none. */
export function factorIn(result: Result | undefined): StoredFactor | null {
  const json = textOf(result?.rows[0]?.[0])
  return json === null ? null : JSON.parse(json)
}

export function isFactorType(given: string): given is FactorType {
  return given === 'totp' || given === 'webauthn'
}

/** A user's own. */
export function readFactor(factorId: string, userId: string): Statement {
  return {
    sql: `select ${factorColumn} from auth_factors join auth_users on auth_users.id = auth_factors.user_id
where auth_factors.id = ? and auth_factors.user_id = ?`,
    args: [textValue(factorId), textValue(userId)],
  }
}
