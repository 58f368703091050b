import { textOrNull, type Value } from '../../base/statement.ts'

/** From where a session was begun, as far as the platform tells. For its owner to recognise; it decides nothing. */
export interface Device {
  readonly userAgent: Value
  readonly ip: Value
  /** Such as `Lisbon, PT`. */
  readonly place: Value
}

const longestUserAgent = 400

/** `CF-Connecting-IP` is set by the edge and never by a client; other headers that name an address are not looked at. */
export function deviceOf(request: Request): Device {
  const userAgent = request.headers.get('user-agent')
  const cf: unknown = 'cf' in request ? request.cf : undefined
  const where: { readonly city?: unknown; readonly country?: unknown } =
    typeof cf === 'object' && cf !== null ? cf : {}
  const place = [where.city, where.country].filter((part) => typeof part === 'string').join(', ')
  return {
    userAgent: textOrNull(userAgent?.slice(0, longestUserAgent) ?? null),
    ip: textOrNull(request.headers.get('cf-connecting-ip')),
    place: textOrNull(place === '' ? null : place),
  }
}
