import { uuidv7 } from '../../base/id.ts'
import type { Account } from '../account/account.ts'
import { refusalOfUser } from '../account/make.ts'
import { makePendingAccount } from '../account/pending.ts'
import { userJson } from '../account/user.ts'
import type { AuthContext } from '../context.ts'
import { sendOneTime } from '../one-time/send.ts'

export interface ToConfirm {
  readonly email: string
  readonly passwordHash: string
  readonly data: Readonly<Record<string, unknown>>
  readonly challenge: string | null
}

/**
 * A sign-up whose address is to be confirmed, in one trip. The answer is made of what was asked for alone, with an id
 * that is the account's only if one was made just now: for a new address, one that waits to be confirmed and one that
 * is, so it is the same.
 */
export async function signUpToConfirm(context: AuthContext, asked: ToConfirm): Promise<Response> {
  const timing = context.get('timing')
  const server = context.get('server')
  const { email, passwordHash, data, challenge } = asked
  const nowMilliseconds = server.clock.nowMilliseconds()
  const id = uuidv7(nowMilliseconds)
  const role = server.backend.defaultRole
  const mail = sendOneTime(context, { kind: 'signup', email, passwordHash, data, challenge, nowMilliseconds })
  try {
    const account = makePendingAccount(server.backend, { id, email, data, role, nowMilliseconds })
    const results = await context.get('database').transact([...account, ...mail.statements], timing)
    timing.mark('db')
    mail.send(results.at(-1))
  } catch (error) {
    throw refusalOfUser(error)
  }
  const answered = { ...nobody, id, email, role, userMetadata: data }
  const at = { confirmationSentAt: nowMilliseconds, createdAt: nowMilliseconds, updatedAt: nowMilliseconds }
  return context.json(userJson({ ...answered, ...at }), 200, { 'cache-control': 'no-store' })
}

const nobody: Omit<Account, 'id' | 'email' | 'role' | 'userMetadata' | 'createdAt' | 'updatedAt'> = {
  kind: 'person',
  newEmail: null,
  authority: 0,
  leastAal: 1,
  hasPassword: true,
  appMetadata: {},
  emailConfirmedAt: null,
  invitedAt: null,
  confirmationSentAt: null,
  recoverySentAt: null,
  emailChangeSentAt: null,
  reauthenticationSentAt: null,
  lastSignInAt: null,
  bannedUntil: null,
  identities: [],
  factors: [],
}
