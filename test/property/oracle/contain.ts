import type { Json } from './value.ts'

/** `@>` of jsonb (https://www.postgresql.org/docs/current/datatype-json.html#JSON-CONTAINMENT). */
export function containsJson(large: Json, small: Json): boolean {
  if (Array.isArray(small))
    return Array.isArray(large) && small.every((item) => large.some((other) => containsJson(other, item)))
  if (isObject(small)) {
    return (
      isObject(large) &&
      Object.entries(small).every(
        ([name, value]) => Object.hasOwn(large, name) && containsJson(large[name] ?? null, value),
      )
    )
  }
  return isSame(large, small)
}

/** `&&` of arrays: an element in common; null is none. */
export function overlapsJson(a: Json, b: Json): boolean {
  return (
    Array.isArray(a) &&
    Array.isArray(b) &&
    a.some((item) => item !== null && b.some((other) => isSame(item, other)))
  )
}

function isSame(a: Json, b: Json): boolean {
  const isNumber = (value: Json) => typeof value === 'number' || typeof value === 'bigint'
  // biome-ignore lint/suspicious/noDoubleEquals: 1 and 1.0 are one number, of two types of JavaScript
  return isNumber(a) && isNumber(b) ? a == b : a === b
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
