import { Problem } from '../../../base/problem.ts'
import { integerValue, type Result, type Statement, textOf, textValue } from '../../../base/statement.ts'
import type { ExchangedCode, ExchangeStep } from '../../code/exchange.ts'
import { codeMilliseconds, issueCode } from '../../code/issue.ts'
import type { ProviderTokens } from '../../code/seal.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { hashed } from '../../session/token.ts'
import type { Link } from '../flow/state.ts'
import { type ForeignIdentity, ownerArgs, ownerSql } from './identity.ts'
import { link, linkingStands, tellOfLink, wishOf } from './link.ts'

const kind = 'oauth_link'

export interface DeferredLink {
  readonly code: string
  readonly statements: readonly Statement[]
  /** @throws Problem identity_already_exists, session_not_found */
  requireKept(results: readonly Result[]): void
}

/**
 * With PKCE nothing is linked until the app exchanges the code: who follows somebody else's link to a provider has no
 * verifier, and their identity does not become a way into that other account (RFC 9700 §4.7).
 */
export function deferLink(
  wish: { readonly link: Link; readonly identity: ForeignIdentity },
  pkce: { readonly challenge: string; readonly providerTokens: ProviderTokens },
  nowMilliseconds: number,
): DeferredLink {
  const now = integerValue(nowMilliseconds)
  const owner = ownerArgs(wish.identity)
  const { userId, sessionId } = wish.link
  const standing: Condition = {
    sql: `auth_users.id = ? and ${linkingStands('?')}`,
    args: [textValue(userId), textValue(sessionId), now],
  }
  const whose: Condition = {
    sql: `${standing.sql} and ${ownerSql} is null`,
    args: [...standing.args, ...owner],
  }
  const { code, statements } = issueCode({
    whose,
    method: 'oauth',
    challenge: { sql: '?', args: [textValue(pkce.challenge)] },
    nowMilliseconds,
    providerTokens: pkce.providerTokens,
  })
  const keep: Statement = {
    sql: `insert into auth_challenges (id, kind, user_id, payload, created_at, expires_at)
select ?, '${kind}', auth_users.id, ?, ?, ? from auth_users where ${whose.sql}`,
    args: [
      ...[textValue(hashed(code).hash), textValue(wishOf(wish.link, wish.identity)), now],
      ...[integerValue(nowMilliseconds + codeMilliseconds), ...whose.args],
    ],
  }
  const look: Statement = {
    sql: `select ${ownerSql}, exists (select 1 from auth_users where ${standing.sql})`,
    args: [...owner, ...standing.args],
  }
  const all = [keep, ...statements, look]
  return {
    code,
    statements: all,
    requireKept(results) {
      const [known, stands] = results[all.length - 1]?.rows[0] ?? []
      if (textOf(known) !== null) throw new Problem('identity_already_exists')
      if (textOf(stands) !== '1') throw new Problem('session_not_found')
    },
  }
}

/** What a code that was issued so does when it is exchanged; nothing for any other code. Refused with session_not_found. */
export function finishLink(
  context: AuthContext,
  { hash, challenge, nowMilliseconds }: ExchangedCode,
): ExchangeStep {
  const now = integerValue(nowMilliseconds)
  const wish: Condition = {
    sql: `select wish.payload from auth_challenges wish join auth_codes on auth_codes.hash = wish.id
  where wish.id = ? and wish.kind = '${kind}' and auth_codes.code_challenge = ? and auth_codes.expires_at > ?`,
    args: [textValue(hash), textValue(challenge), now],
  }
  const linking = link(context, wish, nowMilliseconds)
  const look: Statement = {
    sql: `select json_extract(payload, '$.provider') from (${wish.sql})`,
    args: wish.args,
  }
  // The code lets nobody in whose session ended since: it would be a way round a sign-out, or a new password.
  const spoil: Statement = {
    sql: `delete from auth_codes where hash = ? and exists (${wish.sql})
  and not exists (select 1 from auth_users where ${linking.whose.sql})`,
    args: [textValue(hash), ...wish.args, ...linking.whose.args],
  }
  const forget: Statement = {
    sql: `delete from auth_challenges where kind = '${kind}' and (id = ? or expires_at <= ?)`,
    args: [textValue(hash), now],
  }
  return {
    statements: [...linking.statements, look, spoil, forget],
    done(results) {
      const account = linking.outcomeOf(results)
      const provider = textOf(results[linking.statements.length]?.rows[0]?.[0])
      if (account !== null && provider !== null) tellOfLink(context, account, provider, nowMilliseconds)
    },
    refusal(results) {
      const isSpoiled = results[linking.statements.length + 1]?.affectedRows === 1
      return isSpoiled ? new Problem('session_not_found') : null
    },
  }
}
