import { textValue } from '../../../base/statement.ts'
import type { Condition } from '../../condition.ts'

/** An address of the machine itself: the only one for which http will do. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::\d{1,5})?((?:\/.*)?)$/

/**
 * Whether an app may register it: an absolute https URL, or http on the loopback interface for apps on the user's own
 * machine (RFC 8252 §7.3); without fragment (RFC 6749 §3.1.2) and user information.
 */
export function isRedirectUri(text: string): boolean {
  const url = URL.parse(text)
  // Printable ASCII alone: what a parser would take away or read otherwise is never compared.
  if (url === null || text.length > 2_000 || !/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return false
  if (text.includes('#') || url.username !== '' || url.password !== '') return false
  return /^https:\/\/[^/]/.test(text) || loopback.test(text)
}

/**
 * Over `auth_apps`: whether one of its redirect URIs is the given one, letter by letter; on the loopback interface with
 * any port, for the app takes one that is free (RFC 8252 §7.3, RFC 9700 §2.1).
 */
export function isRegistered(given: string): Condition {
  const [, origin, rest] = loopback.exec(given) ?? []
  const digits = ['', ...[1, 2, 3, 4, 5].map((count) => `:${'[0-9]'.repeat(count)}`)]
  const patterns =
    origin === undefined || rest === undefined
      ? [literally(given)]
      : digits.map((port) => `${literally(origin)}${port}${literally(rest)}`)
  return {
    sql: `exists (select 1 from json_each(auth_apps.redirect_uris) known join json_each(?) pattern on known.value glob pattern.value)`,
    args: [textValue(JSON.stringify(patterns))],
  }
}

function literally(text: string): string {
  return text.replace(/[*?[]/g, '[$&]')
}
