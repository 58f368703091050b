import type { HashVerifier } from '../../declare/auth/password.ts'
import { knowsForeign, verifyForeign } from './foreign/verify.ts'

/** What a backend takes in that has users with hashes of other programs: `auth: { password: { imported: importedHashes() } }`. */
interface Verifier extends HashVerifier {
  /** Null: a kind of hash, or a cost, that is not verified here. */
  verify(password: string, hash: string): Promise<boolean | null>
  /** Whether it can be verified here. */
  knows(hash: string): boolean
}

const verifiers = new WeakSet<HashVerifier>()

/**
 * Verifies what others made, each as its maker did, and nothing is made anew like that: bcrypt (`$2a$`, `$2b$`, `$2y$`,
 * up to cost 13; a password is cut at 72 bytes there, as it was when the hash was made), PBKDF2 with SHA-256 (Django's,
 * passlib's and the PHC string format, up to a million rounds), scrypt of other costs and Firebase's (up to 64 MiB),
 * Argon2 (up to 64 MiB). The libraries are loaded when the first password is compared with such a hash. A user whose hash
 * is beyond that has a new password set by mail.
 */
export function importedHashes(): HashVerifier {
  const made: Verifier = {
    name: 'imported hashes',
    verify: verifyForeign,
    knows: knowsForeign,
  }
  verifiers.add(made)
  return made
}

/**
 * Whether the password is the one of a hash that this server did not make; null of what cannot be told, which the log
 * says, by the kind of hash alone.
 */
export async function verifyImported(
  password: string,
  hash: string,
  verifier: HashVerifier | undefined,
): Promise<boolean | null> {
  const told = verifier !== undefined && isVerifier(verifier) ? await verifier.verify(password, hash) : null
  if (told === null) console.error(JSON.stringify({ passwordHash: 'not verified', kind: kindOf(hash) }))
  return told
}

/** Whether a hash that somebody brings can be verified when its owner comes. */
export function isImportable(hash: string, verifier: HashVerifier | undefined): boolean {
  return verifier !== undefined && isVerifier(verifier) && verifier.knows(hash)
}

/** Never a salt or a key. */
function kindOf(hash: string): string {
  return /^\$?[\w-]{1,20}(?=\$)/.exec(hash)?.[0] ?? 'unknown'
}

function isVerifier(given: HashVerifier): given is Verifier {
  return verifiers.has(given)
}
