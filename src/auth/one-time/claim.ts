import { integerValue, type Result, type Statement, textOf, textValue } from '../../base/statement.ts'
import { isNotBannedSql } from '../account/account.ts'
import type { Condition } from '../condition.ts'
import type { AuthContext } from '../context.ts'
import { alwaysCommitted } from '../event/commit.ts'
import { lookAtAwaiting } from '../profile/confirm.ts'
import { hashed } from '../session/token.ts'
import { codeToTypeMilliseconds, type Kind, mostFailures } from './kind.ts'
import { codeHash } from './make.ts'

/** What somebody brings: the token of a link, or an address and the code that was sent there. */
export type Brought = { readonly token: string } | { readonly email: string; readonly code: string }

export interface Claim {
  /**
   * First in a transaction: what was brought is claimed, and a wrong code counted. Of any number of uses at once only
   * one claims it, for then it has neither hash any more. The last one tells `outcomeOf` how it went.
   */
  readonly statements: readonly Statement[]
  /** Of the results of the transaction that these statements begin. `banned`: it was the right one, of a user who is. */
  outcomeOf(results: readonly Result[]): 'none' | 'banned' | 'claimed'
  /** The row that was claimed: a condition over `auth_one_time_tokens`, true of none where nothing was. */
  readonly row: Condition
  /** Its user, unless banned: a condition over `auth_users`. */
  readonly whose: Condition
  /** For `confirm`: its user, before anything is claimed. */
  readonly look: Statement
  /** Last in the transaction: it is used. */
  readonly end: Statement
}

/**
 * Claims a one-time token of one of these kinds, that was sent to the address that the user has, or is to have. That of
 * a sign-up is for an account that is still to be confirmed.
 */
export function claimOneTime(
  context: AuthContext,
  brought: Brought,
  kinds: readonly Kind[],
  nowMilliseconds: number,
): Claim {
  const mark = textValue(`claimed ${crypto.randomUUID()}`)
  const now = integerValue(nowMilliseconds)
  const row: Condition = { sql: 'auth_one_time_tokens.code_hash = ?', args: [mark] }
  const { fits, failed } = fitting(context, brought, kinds, nowMilliseconds)
  const wanted: Condition = {
    sql: `auth_one_time_tokens sent join auth_users on auth_users.id = sent.user_id
  where ${fits.sql} and sent.expires_at > ?
    and sent.email = case sent.kind when 'email_change_new' then auth_users.new_email else auth_users.email end
    and (sent.kind <> 'signup' or auth_users.email_confirmed_at is null)
  order by sent.created_at desc limit 1`,
    args: [...fits.args, now],
  }
  const statements: readonly Statement[] = [
    alwaysCommitted(nowMilliseconds),
    {
      sql: `update auth_one_time_tokens set code_hash = ?, link_hash = null where id = (
  select sent.id from ${wanted.sql})`,
      args: [mark, ...wanted.args],
    },
    ...failed.map(({ sql, args }) => ({
      sql: `update auth_one_time_tokens set failures = failures + 1 where ${sql}
  and not exists (select 1 from auth_one_time_tokens claimed where claimed.code_hash = ?)`,
      args: [...args, mark],
    })),
    {
      sql: `select coalesce(auth_users.banned_until > ?, 0) from auth_one_time_tokens
  join auth_users on auth_users.id = auth_one_time_tokens.user_id where ${row.sql}`,
      args: [now, ...row.args],
    },
  ]
  return {
    statements,
    outcomeOf(results) {
      const banned = results[statements.length - 1]?.rows[0]?.[0]
      if (banned === undefined) return 'none'
      return textOf(banned) === '1' ? 'banned' : 'claimed'
    },
    row,
    whose: {
      sql: `auth_users.id = (select user_id from auth_one_time_tokens where ${row.sql})
  and ${isNotBannedSql}`,
      args: [...row.args, now],
    },
    look: lookAtAwaiting(profileData, wanted, emailThen),
    end: { sql: `delete from auth_one_time_tokens where ${row.sql}`, args: row.args },
  }
}

/**
 * What somebody says of themselves with the token. Where it brings nothing, it is what was said when the account was made;
 * by whom is not known, so what they said must not keep its owner out: then the profile is made of nothing.
 */
const profileData: Condition = {
  sql: `iif(sent.user_metadata is null, json_array(json(auth_users.user_metadata), json('{}')),
    json_array(json(sent.user_metadata)))`,
  args: [],
}

const emailThen: Condition = {
  sql: "iif(sent.kind in ('email_change_new', 'email_change_current'), auth_users.new_email, auth_users.email)",
  args: [],
}

/** Which row was meant, and which ones somebody guessed at who brought a wrong code. */
function fitting(
  context: AuthContext,
  brought: Brought,
  kinds: readonly Kind[],
  nowMilliseconds: number,
): { readonly fits: Condition; readonly failed: readonly Condition[] } {
  const marks = kinds.map(() => '?').join(', ')
  const kindValues = kinds.map(textValue)
  if ('token' in brought) {
    const hash = textValue(hashed(brought.token).hash)
    return {
      fits: { sql: `sent.link_hash = ? and sent.kind in (${marks})`, args: [hash, ...kindValues] },
      failed: [],
    }
  }
  const { serverSecret } = context.get('server').settings
  const email = textValue(brought.email)
  const hashes = kinds.map((kind) => textValue(codeHash(serverSecret, kind, brought.email, brought.code)))
  const since = integerValue(nowMilliseconds - codeToTypeMilliseconds)
  return {
    fits: {
      sql: `sent.email = ? and sent.kind in (${marks}) and sent.code_hash in (${marks}) and sent.failures < ? and sent.created_at > ?`,
      args: [email, ...kindValues, ...hashes, integerValue(mostFailures), since],
    },
    failed: [{ sql: `email = ? and kind in (${marks})`, args: [email, ...kindValues] }],
  }
}
