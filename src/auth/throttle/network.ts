/**
 * The network of a request: an IPv4 address, or the first 64 bits of an IPv6 one (a household has that many, and
 * whoever has them has all addresses in them; RFC 6177), an address in the IPv4-mapped part (RFC 4291 §2.5.5.2) being
 * the IPv4 address that it is. Null where nobody says, or it is this machine: then nothing is counted by network.
 *
 * Only `CF-Connecting-IP` says: the edge sets it, and takes away what a client sends under that name.
 * `X-Forwarded-For`, `Forwarded` and their like are a client's own words.
 */
export function networkOf(headers: Headers): string | null {
  const address = headers.get('cf-connecting-ip')?.trim().toLowerCase() ?? ''
  const groups = address.includes(':') ? groupsOf(address) : null
  if (groups !== null) return networkOfGroups(groups)
  return isIpv4(address) && !address.startsWith('127.') ? address : null
}

/** The first 48 bits around a network of IPv6, which one customer may have all of (RFC 6177 §2); null of IPv4. */
export function siteOf(network: string): string | null {
  return network.endsWith('::/64') ? `${network.split(':').slice(0, 3).join(':')}::/48` : null
}

function networkOfGroups(groups: readonly number[]): string | null {
  const [high = 0, low = 0] = groups.slice(6)
  const isZeroUpTo = (count: number) => groups.slice(0, count).every((group) => group === 0)
  if (isZeroUpTo(7) && low <= 1) return null
  if (isZeroUpTo(5) && groups[5] === 0xffff) {
    const address = [high >> 8, high & 255, low >> 8, low & 255].join('.')
    return address.startsWith('127.') ? null : address
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of an IPv6 address in any of its spellings (RFC 4291 §2.2); null of what is none. */
function groupsOf(address: string): readonly number[] | null {
  const [head = '', tail, ...more] = withoutDots(address).split('::')
  if (more.length > 0) return null
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = 8 - left.length - right.length
  if (tail === undefined ? missing !== 0 : missing < 1) return null
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right]
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number(`0x${group}`))
    : null
}

/** `::ffff:1.2.3.4` as `::ffff:102:304`. */
function withoutDots(address: string): string {
  const [, before, dotted = ''] = /^(.*:)([\d.]+\.[\d.]+)$/.exec(address) ?? []
  if (before === undefined || !isIpv4(dotted)) return address
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return `${before}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

function isIpv4(address: string): boolean {
  const parts = address.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
}
