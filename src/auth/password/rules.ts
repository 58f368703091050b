import { Problem } from '../../base/problem.ts'
import { type Bindings, optionalText } from '../../base/settings.ts'
import type { PasswordDeclaration } from '../../declare/auth/password.ts'
import { timesSeen } from './breached.ts'

/** Why a password is weak: GoTrue's words, which auth-js hands on as `error.reasons`. */
type Reason = 'length' | 'characters' | 'pwned'

/** Characters (code points), after normalisation. SP 800-63B §5.1.1.2 asks for at least 8, and for 64 or more to be allowed. */
const leastCharacters = 8
/** Nothing is cut off: what is longer is refused. */
export const mostCharacters = 1_024

/**
 * What the backend asks of a password that is set, beside what `hashPassword` asks of every one.
 * @throws Problem weak_password with all `reasons`
 */
export async function requireStrong(
  password: string,
  { minLength = leastCharacters, requiredCharacters = [], breached = false }: PasswordDeclaration = {},
  bindings: Bindings = {},
): Promise<void> {
  const normal = password.toWellFormed().normalize('NFKC')
  const length = [...normal].length
  const isLong = length >= minLength && length <= mostCharacters
  const missing = requiredCharacters.filter(
    (set) => ![...set].some((character) => normal.includes(character)),
  )
  // What is refused already is asked of nobody.
  const isAsked = breached && isLong && missing.length === 0
  // What is kept is the hash of the normal spelling: so that is what a guesser has to say.
  const isKnown = isAsked && (await timesSeen(normal, optionalText(bindings, 'BREACHED_URL'))) > 0
  const messages: readonly (readonly [Reason, string])[] = [
    ...(isLong ? [] : [['length', lengthMessage(minLength)] as const]),
    ...(missing.length === 0
      ? []
      : [
          [
            'characters',
            `Password should contain at least one character of each: ${missing.join(', ')}.`,
          ] as const,
        ]),
    ...(isKnown
      ? [['pwned', 'Password is known to be weak and easy to guess, please choose a different one.'] as const]
      : []),
  ]
  if (messages.length > 0) throw weak(messages)
}

/** @throws TypeError on rules that no password, or every one, would meet */
export function checkPasswordDeclaration({
  minLength = leastCharacters,
  requiredCharacters = [],
}: PasswordDeclaration = {}): void {
  if (!Number.isInteger(minLength) || minLength < leastCharacters || minLength > mostCharacters) {
    throw new TypeError(`auth.password.minLength is a number from ${leastCharacters} to ${mostCharacters}`)
  }
  if (requiredCharacters.includes('')) throw new TypeError('auth.password.requiredCharacters: a set is empty')
}

/** One that no backend takes. */
export function tooShortOrLong(): Problem {
  return weak([['length', lengthMessage(leastCharacters)]])
}

export function isWithinLimits(normal: string): boolean {
  const { length } = [...normal]
  return length >= leastCharacters && length <= mostCharacters
}

function lengthMessage(least: number): string {
  return `Password should be at least ${least} and at most ${mostCharacters} characters.`
}

function weak(messages: readonly (readonly [Reason, string])[]): Problem {
  return new Problem('weak_password', {
    message: messages.map(([, message]) => message).join(' '),
    members: { weak_password: { reasons: messages.map(([reason]) => reason) } },
  })
}
