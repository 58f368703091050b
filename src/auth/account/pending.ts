import { getTableName } from 'drizzle-orm'
import { type Statement, textValue } from '../../base/statement.ts'
import type { BackendDeclaration } from '../../declare/backend.ts'
import { insertProfile, insertUser, type UserToMake } from './make.ts'

/**
 * An account whose address is to be confirmed, if nobody has the address yet. User and profile are made in any case and
 * go again where somebody has it: so what the profile's table refuses is refused for a known address, too, and neither
 * answer nor time tells which one it was.
 */
export function makePendingAccount(
  backend: BackendDeclaration,
  user: UserToMake & { readonly email: string },
): readonly Statement[] {
  const id = textValue(user.id)
  const isLeftOver = 'exists (select 1 from auth_users where auth_users.id = ? and auth_users.email is null)'
  return [
    insertUser({ ...user, email: null, kind: 'person' }),
    ...insertProfile(backend, user),
    {
      sql: `update auth_users set email = ? where id = ?
  and not exists (select 1 from auth_users known where known.email = ?)`,
      args: [textValue(user.email), id, textValue(user.email)],
    },
    // What an update does in between does not move it: it is the profile, the last row that was inserted.
    ...(backend.profile === undefined
      ? []
      : [
          {
            sql: `delete from "${getTableName(backend.profile.table)}" where rowid = last_insert_rowid() and ${isLeftOver}`,
            args: [id],
          },
        ]),
    { sql: 'delete from auth_users where id = ? and email is null', args: [id] },
  ]
}
