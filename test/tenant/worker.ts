import { createApp } from '../../src/app.ts'
import backend from './backend/index.ts'

const app = createApp(backend)

export default {
  fetch: app.fetch,
}
