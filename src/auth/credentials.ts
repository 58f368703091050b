import {
  type GenericSchema,
  type InferOutput,
  nullish,
  object,
  optional,
  record,
  safeParse,
  string,
  unknown,
} from 'valibot'
import { readJson } from '../base/http/body.ts'
import { once } from '../base/memory/once.ts'
import { Problem } from '../base/problem.ts'
import { challengeEntries } from './code/challenge.ts'

/** Bytes of a body of `/auth/v1`. */
export const maxBodyBytes = 65_536

/** What the user says of themselves: the client's, and unchecked. */
export const dataEntry = nullish(record(string(), unknown()))

/** What `auth-js` sends besides (`gotrue_meta_security`, …) is ignored, and so are `id` and `role`. */
export const signUpBody = object({
  email: optional(string()),
  password: optional(string()),
  data: dataEntry,
  ...challengeEntries,
})
export const signInBody = object({ email: string(), password: string() })
export const refreshBody = object({ refresh_token: string() })

/** @throws Problem UNSUPPORTED_MEDIA_TYPE, LIMIT_BODY, bad_json or validation_failed, which never repeats a value */
export async function readBody<Schema extends GenericSchema>(
  request: Request,
  schema: Schema,
): Promise<InferOutput<Schema>> {
  const body = await readJson(request, { maxBytes: maxBodyBytes, invalid: 'bad_json' })
  // A list has all the members that a schema does not ask for.
  if (Array.isArray(body)) {
    throw new Problem('validation_failed', { message: 'The request body must be Object.' })
  }
  const parsed = safeParse(schema, body, { abortEarly: true })
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const path = issue.path?.map((item) => String(item.key)).join('.') ?? 'The request body'
  const fault = issue.received === 'undefined' ? 'is missing' : `must be ${issue.expected ?? 'valid'}`
  throw new Problem('validation_failed', { message: `${path} ${fault}.` })
}

/** RFC 5321 §4.5.3.1: 64 octets before the `@`, 254 in all. Letters of every script; nothing invisible. */
const addressPattern = once(
  () =>
    /^[^\s@<>()[\]\\,;:"\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]{1,64}@(?:[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}-]{0,62})\.)+[\p{L}\p{N}\p{M}-]{2,63}$/u,
)

/**
 * One spelling for one address, so that a unique index is enough: trimmed, lower case, NFC.
 * `null`: not an address.
 */
export function normaliseEmail(email: string): string | null {
  const normal = email.trim().toLowerCase().normalize('NFC')
  return normal.length <= 254 && addressPattern().test(normal) ? normal : null
}

/** @throws Problem email_address_invalid */
export function requireEmail(email: string): string {
  const normal = normaliseEmail(email)
  if (normal === null) throw new Problem('email_address_invalid')
  return normal
}
