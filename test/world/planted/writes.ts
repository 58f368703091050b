import { uuidv7 } from '../../../src/base/id.ts'
import type { Asked, Plant, Send } from './planted.ts'

/** An order is said to be made, and nothing is written. */
export function loseOnce(): Plant {
  return { write: (asked) => (isNewOrder(asked) ? lost(asked) : null) }
}

/** An order is made twice. */
export function twiceOnce(): Plant {
  return { write: (asked, send) => (isNewOrder(asked) ? doubled(asked, send) : null) }
}

async function lost({ request }: Asked): Promise<Response> {
  const order: unknown = await request.json()
  return Response.json([{ id: uuidv7(), ...Object(order) }], { status: 201 })
}

async function doubled({ request }: Asked, send: Send): Promise<Response> {
  const [again, headers] = [request.clone(), new Headers(request.headers)]
  headers.delete('idempotency-key')
  const answer = await send(request)
  await (await send(new Request(again, { headers }))).arrayBuffer()
  // Whoever is not told its id does not write it again: the other one would then be found for its age alone.
  const text = (await answer.text()).replace(/"id":"[^"]*",/, '')
  return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } })
}

function isNewOrder({ request, path }: Asked): boolean {
  return request.method === 'POST' && path.startsWith('/rest/v1/orders')
}
