import { boolean, type InferOutput, nullish, object, record, string, unknown } from 'valibot'
import { Problem } from '../../base/problem.ts'
import type { AuthContext } from '../context.ts'
import { normaliseEmail, readBody } from '../credentials.ts'
import { hashPassword } from '../password/hash.ts'
import { isImportable } from '../password/imported.ts'
import { requireStrong } from '../password/rules.ts'
import { banEnd } from './ban.ts'

const userBody = object({
  id: nullish(string()),
  role: nullish(string()),
  email: nullish(string()),
  password: nullish(string()),
  password_hash: nullish(string()),
  email_confirm: nullish(boolean()),
  user_metadata: nullish(record(string(), unknown())),
  app_metadata: nullish(record(string(), unknown())),
  ban_duration: nullish(string()),
})

/** What the operator says of a user; undefined: nothing. */
export interface GivenUser {
  readonly id: string | undefined
  readonly role: string | undefined
  /** As `normaliseEmail` writes it. */
  readonly email: string | undefined
  readonly passwordHash: string | undefined
  readonly emailConfirm: boolean
  readonly userMetadata: Readonly<Record<string, unknown>> | undefined
  readonly appMetadata: Readonly<Record<string, unknown>> | undefined
  /** In milliseconds since 1970; null: not banned. */
  readonly bannedUntil: number | null | undefined
}

/**
 * The body of `POST /admin/users` and `PUT /admin/users/:id`. A hash that is brought along is taken as it is: it must be
 * one that a sign-in can check.
 * @throws Problem as `readBody`; validation_failed, email_address_invalid, weak_password
 */
export async function readUser(context: AuthContext): Promise<GivenUser> {
  const { model, clock, backend, bindings } = context.get('server')
  const body = await readBody(context.req.raw, userBody)
  const roles = [body.role ?? [], body.app_metadata?.roles ?? []].flat()
  for (const role of roles) {
    if (typeof role !== 'string' || !model.roles.includes.has(role))
      throw refused('role and app_metadata.roles name roles of the backend.')
  }
  const id = body.id ?? undefined
  if (id !== undefined && !uuid.test(id)) throw refused('id must be a UUID.')
  if (body.password && body.password_hash) throw refused('Only a password or a password hash can be given.')
  const hash = body.password_hash
  if (hash && !ownHash.test(hash) && !isImportable(hash, backend.auth?.password?.imported))
    throw refused('password_hash is of a kind that is not known here.')
  const email = body.email ? normaliseEmail(body.email) : undefined
  if (email === null) throw new Problem('email_address_invalid')
  if (body.password) await requireStrong(body.password, backend.auth?.password, bindings)
  return {
    id,
    email,
    role: body.role ?? undefined,
    passwordHash: await hashOf(body),
    emailConfirm: body.email_confirm === true,
    userMetadata: body.user_metadata ?? undefined,
    appMetadata: body.app_metadata ?? undefined,
    bannedUntil: body.ban_duration ? banEnd(body.ban_duration, clock.nowMilliseconds()) : undefined,
  }
}

function hashOf({
  password,
  password_hash,
}: InferOutput<typeof userBody>): Promise<string> | string | undefined {
  return password ? hashPassword(password) : (password_hash ?? undefined)
}

const uuid = /^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/
/** As `hashPassword` writes it. Others are for backends that declare `importedHashes()`. */
const ownHash = /^\$scrypt\$ln=\d{1,2},r=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]{43}$/

function refused(message: string): Problem {
  return new Problem('validation_failed', { message })
}
