import { sql } from 'drizzle-orm'
import { uuidv7 } from '../../../base/id.ts'
import { Problem } from '../../../base/problem.ts'
import {
  integerValue,
  type Result,
  type Statement,
  textOf,
  textOrNull,
  textValue,
} from '../../../base/statement.ts'
import {
  type Account,
  accountColumnCount,
  accountColumns,
  accountOf,
  isBanned,
  isNotBannedSql,
} from '../../account/account.ts'
import { claimAccount, doubtTrust } from '../../account/claim.ts'
import { insertUser } from '../../account/make.ts'
import type { Condition } from '../../condition.ts'
import type { AuthContext } from '../../context.ts'
import { securityEvent } from '../../event/event.ts'
import { lookAtAwaiting } from '../../profile/confirm.ts'
import { insertProfile } from '../../profile/profile.ts'
import { authIdentities, authUsers } from '../../tables/users.ts'
import { type ForeignIdentity, insertIdentity, ownerArgs, ownerSql } from './identity.ts'

export interface Arrival {
  /** For the transaction that lets somebody in, before that. */
  readonly statements: readonly Statement[]
  /** Whom they let in: true of nobody where they found, or made, no account. */
  readonly whose: Condition
  /** For `confirm`: the same, before anything is done. */
  readonly look: Statement
  /**
   * @param results of these very statements
   * @throws Problem signup_disabled, user_banned
   */
  outcomeOf(results: readonly Result[]): Arrived
}

export interface Arrived {
  readonly account: Account
  /** An account that was there before has a new way in. */
  readonly isLinked: boolean
}

/**
 * Whose account it is. In this order:
 * 1. The user who has this identity. A provider that gives the `sub` of one person to another could not be found out.
 * 2. The user who has its address, if the provider says that the address is theirs, and so it was proved here, too. Where
 *    nobody had proved it, the account is claimed: what was there before goes (`claimAccount`).
 * 3. A new one; with that address only if the provider says that it is theirs.
 *
 * Where sign-up does not ask for a confirmation (`auth.confirmEmail`), an address counts as confirmed without a proof
 * (`doubtTrust`): whoever came first gives way to its owner.
 */
export function arrive(context: AuthContext, identity: ForeignIdentity, nowMilliseconds: number): Arrival {
  const { backend } = context.get('server')
  const { id, provider, provedEmail } = identity
  const now = integerValue(nowMilliseconds)
  const owner = ownerArgs(identity)
  const newId = uuidv7(nowMilliseconds)
  const target: Condition = {
    sql: `auth_users.id = coalesce(${ownerSql}, (select id from auth_users where email = ?), ?)`,
    args: [...owner, textOrNull(provedEmail), textValue(newId)],
  }
  const whose: Condition = { sql: `auth_users.id = ${ownerSql}`, args: owner }
  const data = textValue(JSON.stringify(identity.data))
  const linked: Condition = {
    sql: 'auth_users.id = (select user_id from auth_identities where id = ?) and auth_users.id <> ?',
    args: [textValue(id), textValue(newId)],
  }
  const statements: readonly Statement[] = [
    ...(provedEmail === null ? [] : prove(context, identity, provedEmail, nowMilliseconds)),
    ...(backend.signUp === false ? [] : make(context, identity, newId, nowMilliseconds)),
    insertIdentity(
      identity,
      { sql: `${target.sql} and ${isNotBannedSql}`, args: [...target.args, now] },
      nowMilliseconds,
      keepIdentity,
    ),
    {
      sql: `update auth_users set user_metadata = json_patch(user_metadata, ?), kind = 'person', updated_at = ?
where ${whose.sql} and ${isNotBannedSql}`,
      args: [data, now, ...owner, now],
    },
    ...securityEvent(context, {
      event: 'signed_up',
      whose: { sql: 'auth_users.id = ?', args: [textValue(newId)] },
      nowMilliseconds,
      details: { provider },
    }),
    ...securityEvent(context, {
      event: 'identity_linked',
      whose: linked,
      nowMilliseconds,
      details: { provider, identity_id: id },
    }),
    {
      sql: `select ${accountColumns}, ${linked.sql} from auth_users where ${target.sql}`,
      args: [...linked.args, ...target.args],
    },
  ]
  return {
    statements,
    whose,
    // Who was there before is not known to be the owner, so what they said must not keep the owner out.
    look: lookAtAwaiting(
      {
        sql: 'json_array(json_patch(auth_users.user_metadata, ?), json(?))',
        args: [data, data],
      },
      { sql: `auth_users where ${target.sql}`, args: target.args },
    ),
    outcomeOf(results) {
      const result = results[statements.length - 1]
      const account = accountOf(result)
      if (account === null) throw new Problem('signup_disabled')
      if (isBanned(account, nowMilliseconds)) throw new Problem('user_banned')
      return { account, isLinked: textOf(result?.rows[0]?.[accountColumnCount]) === '1' }
    },
  }
}

/** What Apple says once is not lost by what it says later. */
const keepIdentity = `on conflict (provider, provider_id) do update set
  identity_data = json_patch(identity_data, excluded.identity_data), email = excluded.email,
  last_sign_in_at = excluded.last_sign_in_at, updated_at = excluded.updated_at`

/** The owner of an address shows that it is theirs. */
function prove(
  context: AuthContext,
  identity: ForeignIdentity,
  email: string,
  nowMilliseconds: number,
): readonly Statement[] {
  const owner = ownerArgs(identity)
  const whose: Condition = {
    sql: `auth_users.email = ? and ${ownerSql} is null`,
    args: [textValue(email), ...owner],
  }
  const confirm: Statement = {
    sql: `update auth_users set email_confirmed_at = ? where ${whose.sql} and email_confirmed_at is null`,
    args: [integerValue(nowMilliseconds), ...whose.args],
  }
  return [doubtTrust(whose), ...claimAccount(context, { whose, nowMilliseconds }), confirm]
}

function make(
  context: AuthContext,
  identity: ForeignIdentity,
  id: string,
  nowMilliseconds: number,
): readonly Statement[] {
  const { backend } = context.get('server')
  const { provider, sub, provedEmail: email, data } = identity
  const isNew = sql`not exists (select 1 from ${authIdentities} where provider = ${provider} and provider_id = ${sub})
  and not exists (select 1 from ${authUsers} where email = ${email})`
  const user = { id, email, data }
  const emailConfirmedAt = email === null ? null : nowMilliseconds
  return [
    insertUser({ ...user, role: backend.defaultRole, emailConfirmedAt, nowMilliseconds }, isNew),
    ...insertProfile(backend, user),
  ]
}
