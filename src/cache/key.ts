import { sha256 } from '../base/crypto.ts'
import type { Value } from '../base/statement.ts'
import { entryFormat } from './entry.ts'

/** All that an answer depends on: two requests share an entry only if all of it is equal, and nothing else matters. */
export interface KeyParts {
  /** Names the tables as the backend declares them, and what the Worker makes of them: entries are versioned by it. */
  readonly schema: string
  /** Whose database it is: its tenant, its URL and the secret of the server, as one digest. */
  readonly realm: string
  /** The guarded statement, with the policies of its audience in it, and how it is kept, as a SHA-256: hashed once. */
  readonly statement: string
  /** All that is bound, so also the caller's values that the policies use. */
  readonly args: readonly Value[]
}

/** SHA-256 of the parts, base64url: 43 characters. */
export function keyOf(parts: KeyParts): string {
  return sha256(encodeParts(parts))
}

/**
 * A text that differs where any part differs. JSON writes half of a surrogate pair as an escape, so UTF-8 of it loses
 * nothing.
 */
export function encodeParts({ schema, realm, statement, args }: KeyParts): string {
  return JSON.stringify([entryFormat, schema, realm, statement, ...args.map(encodeValue)])
}

function encodeValue(value: Value): readonly string[] {
  switch (value.type) {
    case 'null':
      return ['n']
    case 'integer':
      return ['i', value.value]
    case 'float':
      // JSON has neither NaN nor infinity, and text no sign of a zero.
      return ['f', Object.is(value.value, -0) ? '-0' : String(value.value)]
    case 'text':
      return ['t', value.value]
    case 'blob':
      return ['b', value.base64]
  }
}
