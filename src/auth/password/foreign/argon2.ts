import { bytesOf } from './base64.ts'
import type { ForeignHash } from './hash.ts'

/** Of the 128 MiB of an isolate. */
const mostKibibytes = 65_536
/** Memory times passes: two seconds, in JavaScript. */
const mostWork = 200_000

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$key` (RFC 9106, PHC string format). */
export function argon2(hash: string): ForeignHash | null {
  const [, variant, memory, passes, lanes, saltText, keyText] =
    /^\$argon2(i|d|id)\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([^$]+)\$([^$]+)$/.exec(hash) ?? []
  const [salt, key] = [bytesOf(saltText ?? ''), bytesOf(keyText ?? '')]
  const [m, t, p] = [Number(memory), Number(passes), Number(lanes)]
  if (salt === null || salt.length < 8 || key === null || key.length < 4 || key.length > 64) return null
  if (m < 8 * p || t < 1 || p < 1 || m > mostKibibytes || m * t > mostWork) return null
  return {
    key,
    async derive(password) {
      const { argon2dAsync, argon2iAsync, argon2idAsync } = await import('@noble/hashes/argon2.js')
      const make = variant === 'i' ? argon2iAsync : variant === 'd' ? argon2dAsync : argon2idAsync
      return make(password, salt, { m, t, p, dkLen: key.length })
    },
  }
}
