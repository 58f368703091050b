/**
 * A value of SQLite as Hrana spells it (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md):
 * integers are decimal text, so that all 64 bits are exact.
 */
export type Value =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  /** `bytes`: its UTF-8, where it came from the database. */
  | { readonly type: 'text'; readonly value: string; readonly bytes?: Uint8Array }
  | { readonly type: 'blob'; readonly base64: string }

export interface Statement {
  readonly sql: string
  readonly args: readonly Value[]
}

/** One statement's result: `rows[r][c]`. */
export interface Result {
  readonly rows: readonly (readonly Value[])[]
  readonly affectedRows: number
}

export const nullValue: Value = { type: 'null' }
export const textValue = (value: string): Value => ({ type: 'text', value })
export const textOrNull = (value: string | null): Value => (value === null ? nullValue : textValue(value))
export const integerValue = (value: number | bigint | string): Value => ({
  type: 'integer',
  value: String(value),
})
export const floatValue = (value: number): Value => ({ type: 'float', value })

/** The text of a value, or null. */
export function textOf(value: Value | undefined): string | null {
  if (value === undefined || value.type === 'null') return null
  return value.type === 'blob' ? value.base64 : String(value.value)
}

/** The UTF-8 of a text as the database sent it, or null. */
export function bytesOf(value: Value | undefined): Uint8Array | null {
  if (value?.type === 'text' && value.bytes !== undefined) return value.bytes
  const text = textOf(value)
  return text === null ? null : Buffer.from(text)
}

/** A value as JSON text: integers keep their digits. Bytes have no form in JSON that all agree on. */
export function jsonOfValue(value: Exclude<Value, { readonly type: 'blob' }>): string {
  switch (value.type) {
    case 'null':
      return 'null'
    case 'integer':
      return value.value
    case 'float':
      return String(value.value)
    case 'text':
      return JSON.stringify(value.value)
  }
}

/** What a driver would hand to Drizzle: an integer is a bigint only where a number would not hold it. */
export function driverValue(value: Value): unknown {
  switch (value.type) {
    case 'null':
      return null
    case 'integer': {
      const number = Number(value.value)
      return Number.isSafeInteger(number) ? number : BigInt(value.value)
    }
    case 'float':
    case 'text':
      return value.value
    case 'blob':
      return Buffer.from(value.base64, 'base64')
  }
}
