import type { Letter } from '../declare/auth/mail.ts'
import { type Mail, MailError } from '../mail/mail.ts'
import { type RenderContext, render } from '../mail/template/render.ts'
import type { Account } from './account/account.ts'
import type { AuthContext } from './context.ts'
import { accountRoom } from './throttle/throttle.ts'

/** Sends a mail when the answer is on its way: neither its time nor its failure is part of the answer. */
export function sendLetter(context: AuthContext, letter: Letter): void {
  const { mail, backend } = context.get('server')
  if (mail === null) return
  const report = (fault: Readonly<Record<string, string>>) =>
    console.error(JSON.stringify({ requestId: context.get('requestId'), mail: letter.about, ...fault }))
  const how: RenderContext = {
    productName: backend.name,
    templates: backend.auth?.mail?.templates ?? {},
    onFault: ({ template }) => report({ template }),
  }
  const sent = sendCounted(context, mail, letter, how).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : typeof error
    report({ error: name, ...(error instanceof MailError && { reason: error.message }) })
  })
  context.executionCtx.waitUntil(sent)
}

/** What happened to an account, for its owner to notice. */
export type Notice = Omit<Extract<Letter, { readonly at: Date }>, 'to'>

/** The account, as far as it says whom to tell. */
export type Owner = Pick<Account, 'email' | 'emailConfirmedAt'>

/** A mail to an address that its owner has shown to be theirs, and to no other. */
export function tellOwner(context: AuthContext, { email, emailConfirmedAt }: Owner, notice: Notice): void {
  if (email !== null && emailConfirmedAt !== null) sendLetter(context, { ...notice, to: email })
}

/**
 * Of what happens to an account, of each kind so many an hour: enough for its owner to notice. Else who has an account with
 * the address of another person could fill their inbox by signing in again and again.
 */
const mostNotices = { most: 20, seconds: 3_600 }

async function sendCounted(
  context: AuthContext,
  mail: Mail,
  letter: Letter,
  how: RenderContext,
): Promise<void> {
  if ('at' in letter) {
    const rules = [{ ...mostNotices, name: `letter ${letter.about}` }]
    const { rooms } = context.get('server').throttles
    const told = await rooms.ask(accountRoom(context, letter.to), { kind: 'take', rules })
    if (told !== null && told.retrySeconds > 0) return
  }
  await mail.send(render(letter, how))
}
