/** Claims that this server writes into its tokens, and that policies have by other names: `caller.id`, `caller.has(…)`. */
const carried: ReadonlySet<string> = new Set([
  ...['iss', 'aud', 'sub', 'sid', 'session_id', 'iat', 'exp', 'nbf', 'jti', 'ver', 'tenant'],
  ...['role', 'roles', 'email', 'phone', 'aal', 'amr', 'app_metadata', 'user_metadata', 'is_anonymous'],
])

/** Claims with a meaning of their own, which no author of a backend gives them (RFC 7519, RFC 8693, RFC 9068, OIDC Core). */
const registered: ReadonlySet<string> = new Set([
  ...['client_id', 'scope', 'azp', 'act', 'may_act', 'cnf', 'auth_time', 'acr', 'nonce', 'at_hash', 'c_hash'],
  ...['groups', 'entitlements', 'events', 'txn', 'email_verified', 'phone_verified'],
])

/** Whether a claim says what callers have a member for. */
export function isCarriedClaim(name: string): boolean {
  return carried.has(name)
}

/** Whether an author may not make up a claim of this name. */
export function isRegisteredClaim(name: string): boolean {
  return carried.has(name) || registered.has(name)
}
