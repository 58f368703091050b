type NodeCrypto = typeof import('node:crypto')

let loaded: NodeCrypto | null = null

/**
 * `node:crypto`, loaded when it is first used: evaluating it takes longer than all of the rest at start-up, and an
 * import at the top of a module would do so.
 */
export function nodeCrypto(): NodeCrypto {
  loaded ??= process.getBuiltinModule('node:crypto')
  return loaded
}

/** HMAC-SHA-256 (RFC 2104) over a purpose and a text, base64url: a key of one purpose is none for another. */
export function signature(secret: string, purpose: string, text: string): string {
  return nodeCrypto().createHmac('sha256', secret).update(`${purpose}\0${text}`).digest('base64url')
}

/** SHA-256 (FIPS 180-4) of parts one after another, texts as UTF-8; base64url. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = nodeCrypto().createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('base64url')
}

/** The first 128 bits of SHA-256, base64url: to tell texts apart, also those that somebody made to collide. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  return sha256(...parts).slice(0, 22)
}

/** Whether two texts are equal, in a time that depends on the length of `given` only. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index += 1) difference |= (a[index] ?? 0) ^ (b[index % b.length] ?? 0)
  return difference === 0
}
