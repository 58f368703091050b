import { nodeCrypto } from '../../../base/crypto.ts'
import { inTurn } from '../turn.ts'
import { argon2 } from './argon2.ts'
import { bcrypt } from './bcrypt.ts'
import type { ForeignKind } from './hash.ts'
import { pbkdf2 } from './pbkdf2.ts'
import { firebaseScrypt, phcScrypt } from './scrypt.ts'

const kinds: readonly ForeignKind[] = [bcrypt, pbkdf2, phcScrypt, firebaseScrypt, argon2]

/** Bytes. More is nobody's password, and long work for some of these. */
const longestPassword = 4_096

/** Whether one of the kinds here is that of the hash, and its cost is not beyond what is done here. */
export function knowsForeign(hash: string): boolean {
  return kinds.some((kind) => kind(hash) !== null)
}

/** Null: nothing here knows the hash. */
export async function verifyForeign(password: string, hash: string): Promise<boolean | null> {
  if (!password.isWellFormed() || password.length > longestPassword) return false
  for (const kind of kinds) {
    const known = kind(hash)
    if (known === null) continue
    const key = await inTurn(async () => known.derive(password))
    return key.length === known.key.length && nodeCrypto().timingSafeEqual(key, known.key)
  }
  return null
}
