/**
 * The Worker as it is deployed, in one data centre of the simulated world: the platform's own part, a KV binding, is put
 * in front of it.
 */
import type { ExecutionContext } from 'hono'
import type { Bindings } from '../../../src/base/settings.ts'
import worker from '../../../src/worker.ts'
import { kvBinding } from './kv-binding.ts'

let own: Bindings | null = null

export default {
  fetch(request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> {
    own ??= withKv(bindings)
    return worker.fetch(request, own, context)
  },
}

function withKv({ WORLD_KV: kv, ...bindings }: Bindings): Bindings {
  return typeof kv === 'string' ? { ...bindings, CACHE: kvBinding(kv) } : bindings
}
