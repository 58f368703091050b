import { getTableName, sql } from 'drizzle-orm'
import { type Statement, textValue } from '../../base/statement.ts'
import type { BackendDeclaration, NewUser } from '../../declare/backend.ts'
import { toStatement } from '../../model/expression.ts'
import { insertInto } from '../account/insert.ts'
import type { AuthServer } from '../context.ts'
import { authUsers } from '../tables/users.ts'

/** The row of the backend's own table, if there is one, of a user who was just made: of none where `insertUser` made none. */
export function insertProfile({ profile }: BackendDeclaration, user: NewUser): readonly Statement[] {
  if (profile === undefined) return []
  const made = sql`exists (select 1 from ${authUsers} where ${authUsers.id} = ${user.id})`
  return [toStatement(insertInto(profile.table, profile.values(user), made))]
}

/**
 * For a transaction that only asks whether there could be such a profile, behind `insertProfile`: it goes again. What an
 * update does in between does not move `last_insert_rowid()`.
 */
export function takeProfileBack({ profile }: BackendDeclaration): readonly Statement[] {
  if (profile === undefined) return []
  return [
    {
      sql: `delete from "${getTableName(profile.table)}" where rowid = last_insert_rowid() and changes() = 1`,
      args: [],
    },
  ]
}

/** The profile that waited for the address to be confirmed, of a user who has none yet. */
export function insertAwaited({ profile }: BackendDeclaration, user: NewUser): readonly Statement[] {
  if (profile === undefined) return []
  const awaits = sql`exists (select 1 from ${authUsers} where ${authUsers.id} = ${user.id} and ${authUsers.awaits_profile})`
  return [
    toStatement(insertInto(profile.table, profile.values(user), awaits)),
    { sql: 'update auth_users set awaits_profile = 0 where id = ?', args: [textValue(user.id)] },
  ]
}

/** What `database.transact` is to be told of a profile: the tables that answers from caches depend on. */
export function profileTables({ backend, model }: AuthServer): readonly string[] {
  return backend.profile === undefined
    ? []
    : model.watch.touchedBy(getTableName(backend.profile.table), false)
}
