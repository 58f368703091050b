import { textOf } from '../../base/statement.ts'
import type { AuthContext } from '../context.ts'
import { tellOwner } from '../letter.ts'
import { deviceOf } from './device.ts'
import type { SignedIn } from './start.ts'

/** A mail to the owner of an account that somebody, who should be them, came to from a device that was not seen there. */
export function tellOfNewDevice(context: AuthContext, { account, isNewDevice }: SignedIn, at: number): void {
  if (!isNewDevice) return
  const { userAgent, place } = deviceOf(context.req.raw)
  // A program may call itself anything: a name with a dot would be made a link by the reader's program.
  const name = textOf(userAgent)?.replace(/\.(?=\p{L})/gu, ' ') ?? null
  const what = [name, textOf(place)].filter((part) => part !== null).join(', ')
  tellOwner(context, account, { about: 'new_sign_in', at: new Date(at), what })
}
