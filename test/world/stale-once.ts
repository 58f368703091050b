import type { ExecutionContext } from 'hono'
import world from '../../bench/world/city/entry.ts'
import type { Bindings } from '../../src/base/settings.ts'

/** A Worker with a mistake: once in its life an isolate tells somebody of their orders as they were before they wrote. */
const before = new Map<string, string>()
const written = new Set<string>()
let isDone = false

export default {
  async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
    const token = request.headers.get('authorization') ?? ''
    const isOwn = request.url.includes('/rest/v1/orders?select=id,note,status')
    const kept = before.get(token)
    if (isOwn && !isDone && written.has(token) && kept !== undefined) {
      isDone = true
      return new Response(kept, { headers: { 'content-type': 'application/json' } })
    }
    const answer = await world.fetch(request, bindings, context)
    if (isOwn && request.method === 'GET') before.set(token, await answer.clone().text())
    else if (request.method === 'POST' && request.url.includes('/orders')) written.add(token)
    return answer
  },
}
