import { createApp } from '../../src/app.ts'
import backend from './backend/index.ts'

const app = createApp(backend)

export default {
  fetch: (request: Request, bindings: Readonly<Record<string, unknown>>): Response | Promise<Response> =>
    app.fetch(request, bindings),
}
