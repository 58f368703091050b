import backend from '#backend'
import { createApp } from './app.ts'
import type { Bindings } from './base/settings.ts'

const app = createApp(backend)

export default {
  fetch: (request, bindings, context) => app.fetch(request, bindings, context),
} satisfies ExportedHandler<Bindings>
