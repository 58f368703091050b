import {
  type GenericSchema,
  type InferOutput,
  nullish,
  object,
  record,
  safeParse,
  string,
  unknown,
} from 'valibot'
import { readJson } from '../base/http/body.ts'
import { Problem } from '../base/problem.ts'

/** Bytes of a body of `/auth/v1`. */
const maxBodyBytes = 65_536

/** What `auth-js` sends besides (`gotrue_meta_security`, `code_challenge`, …) is ignored, and so are `id` and `role`. */
export const signUpBody = object({
  email: string(),
  password: string(),
  data: nullish(record(string(), unknown())),
})
export const signInBody = object({ email: string(), password: string() })
export const refreshBody = object({ refresh_token: string() })

/** @throws Problem UNSUPPORTED_MEDIA_TYPE, LIMIT_BODY, bad_json or validation_failed, which never repeats a value */
export async function readBody<Schema extends GenericSchema>(
  request: Request,
  schema: Schema,
): Promise<InferOutput<Schema>> {
  const body = await readJson(request, { maxBytes: maxBodyBytes, invalid: 'bad_json' })
  const parsed = safeParse(schema, body, { abortEarly: true })
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const path = issue.path?.map((item) => String(item.key)).join('.') ?? 'The request body'
  const fault = issue.received === 'undefined' ? 'is missing' : `must be ${issue.expected ?? 'valid'}`
  throw new Problem('validation_failed', { message: `${path} ${fault}.` })
}

/** RFC 5321 §4.5.3.1: 64 octets before the `@`, 254 in all. Letters of every script; nothing invisible. */
const addressPattern =
  /^[^\s@<>()[\]\\,;:"\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]{1,64}@(?:[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}-]{0,62})\.)+[\p{L}\p{N}\p{M}-]{2,63}$/u

/**
 * One spelling for one address, so that a unique index is enough: trimmed, lower case, NFC.
 * `null`: not an address.
 */
export function normaliseEmail(email: string): string | null {
  const normal = email.trim().toLowerCase().normalize('NFC')
  return normal.length <= 254 && addressPattern.test(normal) ? normal : null
}
