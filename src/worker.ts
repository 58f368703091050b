import type { ExecutionContext } from 'hono'
import backend from '#backend'
import { createApp } from './app.ts'
import type { Bindings } from './base/settings.ts'

const app = createApp(backend)

export default {
  fetch: (request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> =>
    app.fetch(request, bindings, context),
}

export { Throttle } from './auth/throttle/object.ts'
