import { isRegisteredClaim } from '../../model/caller/claim.ts'
import { type Account, rolesOf } from '../account/account.ts'
import type { AuthContext } from '../context.ts'

/** Bytes of JSON: a token goes with every request. */
const longestClaims = 1_024

/**
 * What the backend adds to a token of this account.
 * @throws TypeError on a registered claim, or when they are too long: a mistake of the author, so nobody gets a token
 */
export async function customClaims(
  context: AuthContext,
  account: Account,
): Promise<Readonly<Record<string, unknown>>> {
  const make = context.get('server').backend.auth?.claims
  if (make === undefined) return {}
  const { id, email, role, kind, appMetadata, userMetadata } = account
  const made = await make({
    ...{ id, email, role, appMetadata, userMetadata },
    roles: rolesOf(account),
    isAnonymous: kind === 'anonymous',
  })
  const json = JSON.stringify(made)
  if (new TextEncoder().encode(json).length > longestClaims)
    throw new TypeError(`auth.claims: more than ${longestClaims} bytes of JSON`)
  for (const name of Object.keys(made))
    if (isRegisteredClaim(name)) throw new TypeError(`auth.claims: '${name}' is the server's to say`)
  return made
}
