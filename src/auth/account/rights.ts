import { integerValue, nullValue, type Statement, textValue } from '../../base/statement.ts'
import { SqlError } from '../../database/hrana/outcome.ts'
import type { Condition } from '../condition.ts'
import { mergedJson } from './merge.ts'

/** What changes of what a user may do; what is absent stays. */
export interface RightsChange {
  /** One of the backend's. */
  readonly role?: string
  /** Members of `app_metadata`, `roles` among them; null takes one away. */
  readonly appMetadata?: Readonly<Record<string, unknown>>
  /** In milliseconds since 1970; null: not banned. */
  readonly bannedUntil?: number | null
}

/**
 * Changes a user's rights, so that it holds on the next trip: tokens that say other roles or claims are refused from then
 * on (`authority`), and their bearers refresh. A ban refuses them without.
 */
export function changeRights(whose: Condition, change: RightsChange, nowMilliseconds: number): Statement {
  const { role, appMetadata, bannedUntil } = change
  const merged = appMetadata === undefined ? null : mergedJson('auth_users.app_metadata', appMetadata)
  const changes: readonly Condition[] = [
    ...(role === undefined ? [] : [{ sql: 'role = ?', args: [textValue(role)] }]),
    ...(merged === null ? [] : [{ sql: `app_metadata = ${merged.sql}`, args: merged.args }]),
    ...(bannedUntil === undefined
      ? []
      : [
          {
            sql: 'banned_until = ?',
            args: [bannedUntil === null ? nullValue : integerValue(bannedUntil)],
          },
        ]),
  ]
  const differs: readonly Condition[] = [
    ...(role === undefined ? [] : [{ sql: 'role <> ?', args: [textValue(role)] }]),
    ...(merged === null ? [] : [{ sql: `json(app_metadata) <> ${merged.sql}`, args: merged.args }]),
  ]
  const raised = differs.length === 0 ? '0' : `(${differs.map(({ sql }) => sql).join(' or ')})`
  return {
    sql: `update auth_users set ${[...changes.map(({ sql }) => sql), `authority = authority + ${raised}`].join(', ')},
  updated_at = ? where ${whose.sql}`,
    args: [
      ...[...changes, ...differs].flatMap(({ args }) => args),
      integerValue(nowMilliseconds),
      ...whose.args,
    ],
  }
}

/** Bytes of JSON: `app_metadata` goes into every token, `user_metadata` into each list of users. */
const longest = { app_metadata: 4_096, user_metadata: 65_536 } as const
const tooLong = 'metadata are too long'

/** Undoes the transaction where a user's metadata have become longer than they may be: `isTooLongMetadata`. */
export function requireShortMetadata(
  whose: Condition,
  column: keyof typeof longest = 'app_metadata',
): Statement {
  return {
    sql: `select case when length(cast(${column} as blob)) > ${longest[column]} then json_extract('{}', '${tooLong}') end
  from auth_users where ${whose.sql}`,
    args: whose.args,
  }
}

/** Whether an error is what `requireShortMetadata` says. */
export function isTooLongMetadata(error: unknown): boolean {
  return error instanceof SqlError && error.message.includes(tooLong)
}
