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

/** SHA-256 (FIPS 180-4) of bytes, or of a text as UTF-8; base64url. */
export function sha256(data: string | Uint8Array): string {
  return nodeCrypto().hash('sha256', data, 'base64url')
}

/** So many random bytes, base64url: what nobody guesses has at least 16. */
export function randomText(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url')
}

/** The first 128 bits of SHA-256, base64url: to tell texts apart, also those that somebody made to collide. */
export function digest(data: string | Uint8Array): string {
  return sha256(data).slice(0, 22)
}

/** Whether two texts are equal, in a time that depends on the length of `given` only. */
export function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length
  for (let index = 0; index < given.length; index += 1) {
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index % expected.length)
  }
  return difference === 0
}
