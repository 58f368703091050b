import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import { integerValue, type Result, type Statement, textValue } from '../../../base/statement.ts'
import { type Account, accountColumns, accountOf, isNotBannedSql } from '../../account/account.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import { tellOwner } from '../../letter.ts'
import { isTaken } from '../../tables/taken.ts'
import type { Link } from '../flow/state.ts'
import type { ForeignIdentity } from './identity.ts'

/** Who wants which way in, as JSON: of this very transaction, or of one before, which kept it. */
export function wishOf(link: Link, identity: ForeignIdentity): string {
  return JSON.stringify({ ...link, ...identity })
}

/** The wish itself, as a source for `link`. */
export function givenWish(wish: string): Condition {
  return { sql: 'select ? as payload', args: [textValue(wish)] }
}

export interface Linking {
  readonly statements: readonly Statement[]
  /** Whose the identity is now: true of nobody where nothing was linked. */
  readonly whose: Condition
  /** Of these very statements: null where the session did not stand, or there was no wish. */
  outcomeOf(results: readonly Result[]): Account | null
}

/**
 * One more way in for a user who is signed in. The session in which they said so must stand, and be as well assured as
 * their sessions must be: another way in is worth as much as a password. The transaction fails where the identity is
 * somebody's already (`refusalOfLink`).
 * @param wish a query of one column, `payload`, as `wishOf` writes it
 */
export function link(context: AuthContext, wish: Condition, nowMilliseconds: number): Linking {
  const id = uuidv7(nowMilliseconds)
  const now = integerValue(nowMilliseconds)
  const whose: Condition = {
    sql: 'auth_users.id = (select user_id from auth_identities where id = ?)',
    args: [textValue(id)],
  }
  const address = `(select ${member('provedEmail')} from (${wish.sql}))`
  const statements: readonly Statement[] = [
    { sql: insertWish(wish.sql), args: [textValue(id), now, now, now, ...wish.args, now, now] },
    {
      sql: `update auth_users set email = ${address}, email_confirmed_at = ? where ${whose.sql} and email is null
  and ${address} is not null and not exists (select 1 from auth_users other where other.email = ${address})`,
      args: [...wish.args, now, ...whose.args, ...wish.args, ...wish.args],
    },
    {
      sql: `update auth_users set kind = 'person', updated_at = ? where ${whose.sql}`,
      args: [now, ...whose.args],
    },
    ...securityEvent(context, {
      event: 'identity_linked',
      whose,
      nowMilliseconds,
      details: { identity_id: id },
    }),
    { sql: `select ${accountColumns} from auth_users where ${whose.sql}`, args: whose.args },
  ]
  return {
    statements,
    whose,
    outcomeOf: (results) => accountOf(results[statements.length - 1]),
  }
}

/** For the owner to notice. */
export function tellOfLink(
  context: AuthContext,
  account: Account,
  provider: string,
  nowMilliseconds: number,
): void {
  tellOwner(context, account, { about: 'identity_linked', at: new Date(nowMilliseconds), what: provider })
}

/** Of the transaction with the statements of `link`. */
export function refusalOfLink(error: unknown): unknown {
  return isTaken(error, 'auth_identities.provider') ? new Problem('identity_already_exists') : error
}

const member = (name: string): string => `json_extract(payload, '$.${name}')`

const insertWish = (wish: string): string => `insert into auth_identities
  (id, user_id, provider, provider_id, identity_data, email, last_sign_in_at, created_at, updated_at)
select ?, auth_users.id, ${member('provider')}, ${member('sub')}, ${member('data')}, ${member('email')}, ?, ?, ?
from (${wish}) join auth_users on auth_users.id = ${member('userId')}
where ${isNotBannedSql} and ${linkingStands(member('sessionId'))}`

/**
 * Over a row of `auth_users`: the session in which they asked for a link stands, and has shown a second factor if there is
 * one. Its `?` is the instant, behind those of the ID.
 */
export function linkingStands(sessionId: string): string {
  return `exists (select 1 from auth_sessions linking
  where linking.id = ${sessionId} and linking.user_id = auth_users.id and linking.revoked_at is null
    and linking.app_id is null and linking.expires_at > ? and linking.aal >= auth_users.least_aal)`
}
