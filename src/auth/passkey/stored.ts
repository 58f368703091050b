import {
  integerValue,
  type Result,
  type Statement,
  textOf,
  textOrNull,
  textValue,
} from '../../base/statement.ts'
import { isoOf } from '../account/user.ts'
import type { Condition } from '../condition.ts'
import type { StoredCredential } from '../factor/kind.ts'
import { credentialJson } from '../factor/stored.ts'
import type { NewCredential } from './ceremony.ts'

/** A passkey as GoTrue lists it. */
export interface PasskeyItem {
  readonly id: string
  readonly friendly_name: string | undefined
  readonly created_at: string | undefined
  readonly last_used_at: string | undefined
}

const itemJson = `json_object('id', auth_credentials.id, 'name', auth_credentials.name,
  'createdAt', auth_credentials.created_at, 'lastUsedAt', auth_credentials.last_used_at)`

/** The passkeys of a user, or one of them: a row each, and whose they are. Those of second factors are none. */
export function readPasskeys(userId: string, id: string | null = null): Statement {
  return {
    sql: `select ${itemJson}, auth_users.email, auth_users.email_confirmed_at
from auth_credentials join auth_users on auth_users.id = auth_credentials.user_id
where auth_credentials.user_id = ? and auth_credentials.factor_id is null and (? is null or auth_credentials.id = ?)
order by auth_credentials.created_at, auth_credentials.id`,
    args: [textValue(userId), textOrNull(id), textOrNull(id)],
  }
}

/** What `readPasskeys` told. */
export function passkeysIn(result: Result | undefined): readonly PasskeyItem[] {
  return (result?.rows ?? []).map(([json]) => {
    const { id, name, createdAt, lastUsedAt } = JSON.parse(textOf(json) ?? '{}')
    return {
      id,
      friendly_name: name ?? undefined,
      created_at: isoOf(createdAt),
      last_used_at: isoOf(lastUsedAt),
    }
  })
}

/** To whom to tell of the first passkey that `readPasskeys` told. */
export function ownerIn(result: Result | undefined) {
  const [, email, confirmed] = result?.rows[0]?.map(textOf) ?? []
  return { email: email ?? null, emailConfirmedAt: confirmed == null ? null : Number(confirmed) }
}

/** All credentials of the user in `auth_users`, those of second factors too: an array of `StoredCredential`. */
export const allCredentials = `(select json_group_array(json(one)) from (
  select ${credentialJson} as one from auth_credentials where user_id = auth_users.id))`

/** One column over `auth_credentials`: `KnownPasskey`. */
export const passkeyColumn = `json_patch(${credentialJson}, json_object('id', auth_credentials.id, 'userId', auth_credentials.user_id))`

export interface KnownPasskey extends StoredCredential {
  readonly id: string
  readonly userId: string
}

export interface CredentialRow {
  readonly id: string
  readonly userId: string
  /** Null of a passkey. */
  readonly factorId: string | null
  readonly name: string | null
  readonly nowMilliseconds: number
}

/** Adds a credential if `when` holds, and no one else has it. */
export function insertCredential(made: NewCredential, row: CredentialRow, when: Condition): Statement {
  const now = integerValue(row.nowMilliseconds)
  return {
    sql: `insert into auth_credentials (id, user_id, factor_id, credential_id, public_key, counter, transports, device_type, is_backed_up, aaguid, name, created_at)
select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? where ${when.sql}
  and not exists (select 1 from auth_credentials known where known.credential_id = ?)`,
    args: [
      ...[textValue(row.id), textValue(row.userId), textOrNull(row.factorId)],
      ...[
        textValue(made.credentialId),
        { type: 'blob', base64: Buffer.from(made.publicKey).toString('base64') } as const,
      ],
      ...[integerValue(made.counter), textValue(JSON.stringify(made.transports)), textValue(made.deviceType)],
      ...[integerValue(made.isBackedUp ? 1 : 0), textValue(made.aaguid)],
      ...[textOrNull(row.name), now, ...when.args, textValue(made.credentialId)],
    ],
  }
}

/** Over a row of `auth_credentials`: its counter has not gone on since (WebAuthn Level 3 §6.1.1); some have none, and stay at 0. */
export function isAhead(counter: number): Condition {
  return {
    sql: '(auth_credentials.counter < ? or (auth_credentials.counter = 0 and ? = 0))',
    args: [integerValue(counter), integerValue(counter)],
  }
}
