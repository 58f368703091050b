import { textOf } from '../../base/statement.ts'
import type { AuthContext } from '../context.ts'
import { sendLetter } from '../letter.ts'
import { deviceOf } from './device.ts'
import type { SignedIn } from './start.ts'

/** A mail to the owner of an account that somebody, who should be them, came to from a device that was not seen there. */
export function tellOfNewDevice(context: AuthContext, { account, isNewDevice }: SignedIn, at: number): void {
  if (!isNewDevice || account.email === null || account.emailConfirmedAt === null) return
  const { userAgent, place } = deviceOf(context.req.raw)
  // A program may call itself anything: a name with a dot would be made a link by the reader's program.
  const name = textOf(userAgent)?.replace(/\.(?=\p{L})/gu, ' ') ?? null
  const what = [name, textOf(place)].filter((part) => part !== null).join(', ')
  sendLetter(context, { about: 'new_sign_in', to: account.email, at: new Date(at), what })
}
