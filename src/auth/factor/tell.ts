import type { AuthContext } from '../context.ts'
import { type Owner, tellOwner } from '../letter.ts'

/** A mail to the owner of the account: what makes it safe was changed. */
export function tellOfFactor(
  context: AuthContext,
  about: 'factor_added' | 'factor_removed' | 'recovery_code_used',
  owner: Owner,
  factor: { readonly name: string | null; readonly type: string } | null = null,
): void {
  const at = new Date(context.get('server').clock.nowMilliseconds())
  tellOwner(context, owner, {
    about,
    at,
    ...(factor !== null && { what: factor.name ?? kindNames.get(factor.type) ?? factor.type }),
  })
}

const kindNames: ReadonlyMap<string, string> = new Map([
  ['totp', 'authenticator app'],
  ['webauthn', 'security key'],
  ['passkey', 'passkey'],
  ['recovery_code', 'recovery codes'],
])
