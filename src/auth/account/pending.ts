import { type Statement, textValue } from '../../base/statement.ts'
import type { BackendDeclaration } from '../../declare/backend.ts'
import { insertProfile, takeProfileBack } from '../profile/profile.ts'
import { insertUser, type UserToMake } from './make.ts'

/**
 * An account whose address is to be confirmed, if nobody has the address yet. Its profile is made when it is (`confirm`): so
 * nobody has a name, or stands in a list, by an address that may be another's. It is tried at once, and taken back, for what
 * the table refuses is better said while somebody types. User and profile are tried for a known address, too, so that
 * neither answer nor time tells which one it was.
 */
export function makePendingAccount(
  backend: BackendDeclaration,
  user: UserToMake & { readonly email: string },
): readonly Statement[] {
  const id = textValue(user.id)
  const awaitsProfile = backend.profile !== undefined
  return [
    insertUser({ ...user, email: null, kind: 'person', awaitsProfile }),
    ...insertProfile(backend, user),
    ...takeProfileBack(backend),
    {
      sql: `update auth_users set email = ? where id = ?
  and not exists (select 1 from auth_users known where known.email = ?)`,
      args: [textValue(user.email), id, textValue(user.email)],
    },
    { sql: 'delete from auth_users where id = ? and email is null', args: [id] },
  ]
}
