/**
 * The Worker as it is deployed, in one data centre of the simulated world: the platform's own part, `request.cf` and a
 * KV binding, is put in front of it.
 */
import type { ExecutionContext } from 'hono'
import type { Bindings } from '../../../src/base/settings.ts'
import worker from '../../../src/worker.ts'
import { kvBinding } from './kv-binding.ts'

interface Place {
  readonly cf: unknown
  readonly bindings: Bindings
}

let place: Place | null = null

export default {
  fetch(request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> {
    place ??= placeOf(bindings)
    const init: RequestInit & { readonly cf: unknown } = { cf: place.cf }
    return worker.fetch(new Request(request, init), place.bindings, context)
  },
}

function placeOf({ WORLD_CF: cf, WORLD_KV: kv, ...bindings }: Bindings): Place {
  return {
    cf: JSON.parse(String(cf)),
    bindings: typeof kv === 'string' ? { ...bindings, CACHE: kvBinding(kv) } : bindings,
  }
}
