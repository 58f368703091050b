const encoder = new TextEncoder()

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Whether two texts are equal, in a time that depends on the length of `given` only. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const a = utf8(given)
  const b = utf8(expected)
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index += 1) difference |= (a[index] ?? 0) ^ (b[index % b.length] ?? 0)
  return difference === 0
}
