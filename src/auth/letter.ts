import type { Letter } from '../mail/letter.ts'
import { type Mail, MailError } from '../mail/mail.ts'
import type { AuthContext } from './context.ts'

/** Sends a mail when the answer is on its way: neither its time nor its failure is part of the answer. */
export function sendLetter(context: AuthContext, letter: Letter): void {
  const { mail, backend } = context.get('server')
  if (mail === null) return
  const sent = send(mail, letter, backend.name).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : typeof error
    const reason = error instanceof MailError ? { reason: error.message } : {}
    console.error(
      JSON.stringify({ requestId: context.get('requestId'), mail: letter.about, error: name, ...reason }),
    )
  })
  context.executionCtx.waitUntil(sent)
}

let template: typeof import('../mail/template/render.ts') | null = null

/** The words are evaluated when there is something to say. */
async function send(mail: Mail, letter: Letter, productName: string): Promise<void> {
  template ??= await import('../mail/template/render.ts')
  await mail.send(template.render(letter, { productName }))
}
