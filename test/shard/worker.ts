import { createApp } from '../../src/app.ts'
import { shardedBackend } from './backend/index.ts'

/** The sharded backend, to be bundled. */
const app = createApp(shardedBackend(true))

export default {
  fetch: (request: Request, bindings: Readonly<Record<string, unknown>>): Response | Promise<Response> =>
    app.fetch(request, bindings),
}
