import { integerValue, type Statement } from '../../base/statement.ts'

/**
 * A write, for a transaction that may find nobody to write about: what writes nothing is not waited for until it is on
 * the disk, and would tell by its time that there is nobody. It is always the same row.
 */
export function alwaysCommitted(nowMilliseconds: number): Statement {
  const now = integerValue(nowMilliseconds)
  return {
    sql: `insert into auth_challenges (id, kind, payload, created_at, expires_at) values ('nobody', 'nobody', '{}', ?, ?)
on conflict (id) do update set created_at = excluded.created_at, expires_at = excluded.expires_at`,
    args: [now, now],
  }
}
