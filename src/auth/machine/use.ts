import { sha256 } from '../../base/crypto.ts'
import { boundedMap } from '../../base/memory/bounded-map.ts'
import { integerValue, type Statement, textValue } from '../../base/statement.ts'

/** How exactly it is known when a key was last used. */
const minuteMilliseconds = 60_000
const keysRemembered = 1_000

/** Says, once a minute of an isolate, what to write of the use of a key; null: nothing. */
export type NoteUse = (key: string, nowMilliseconds: number) => Statement | null

export function keyUses(): NoteUse {
  const noted = boundedMap<number>(keysRemembered)
  return (key, nowMilliseconds) => {
    const hash = sha256(key)
    if (nowMilliseconds - (noted.get(hash) ?? 0) < minuteMilliseconds) return null
    noted.set(hash, nowMilliseconds)
    const [now, minuteAgo] = [
      integerValue(nowMilliseconds),
      integerValue(nowMilliseconds - minuteMilliseconds),
    ]
    return { sql: markUsed, args: [now, textValue(hash), minuteAgo, now] }
  }
}

/** Of a key that stands; other isolates write it, too. */
const markUsed = `update auth_api_keys set last_used_at = ? where hash = ? and coalesce(last_used_at, 0) <= ? and exists (
  select 1 from auth_sessions where auth_sessions.id = auth_api_keys.id and revoked_at is null and expires_at > ?)`
