import type { Letter } from '../mail/letter.ts'
import { render } from '../mail/render.ts'
import type { AuthContext } from './context.ts'

/** Sends a mail when the answer is on its way: neither its time nor its failure is part of the answer. */
export function sendLetter(context: AuthContext, letter: Letter): void {
  const { mail, backend } = context.get('server')
  if (mail === null) return
  const sent = mail.send(render(letter, { productName: backend.name })).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : typeof error
    console.error(JSON.stringify({ requestId: context.get('requestId'), mail: letter.about, error: name }))
  })
  context.executionCtx.waitUntil(sent)
}
