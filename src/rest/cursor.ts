import { equalInConstantTime, signature } from '../base/crypto.ts'
import { Problem } from '../base/problem.ts'
import type { Caller } from '../model/caller/caller.ts'

/**
 * A cursor is the sort key of the last row of a page, signed together with who asked and what was asked: it works
 * for the same caller and the same query alone, whatever the limit.
 */
export function sealCursor(secret: string, scope: string, lastKey: string): string {
  return `${Buffer.from(lastKey).toString('base64url')}.${signature(secret, 'cursor', `${scope}\0${lastKey}`)}`
}

/** @throws Problem CURSOR_INVALID */
export function openCursor(secret: string, scope: string, cursor: string): string {
  const [payload = '', mac = '', ...more] = cursor.split('.')
  const lastKey = Buffer.from(payload, 'base64url').toString()
  if (more.length > 0 || !equalInConstantTime(mac, signature(secret, 'cursor', `${scope}\0${lastKey}`))) {
    throw new Problem('CURSOR_INVALID', {
      hint: 'Follow the Link header with rel="next" as it is, as the same user.',
    })
  }
  return lastKey
}

/** What a cursor is bound to: the caller, the path and every parameter but `cursor`, `limit` and `offset`. */
export function cursorScope(caller: Caller, url: URL): string {
  const parameters = [...url.searchParams].filter(([name]) => !['cursor', 'limit', 'offset'].includes(name))
  return JSON.stringify([
    caller.kind === 'user' ? caller.id : caller.kind,
    caller.role,
    url.pathname,
    parameters.sort(),
  ])
}
