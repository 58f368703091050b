import type { AuthRoute } from '../feature.ts'
import { createKey } from './create.ts'
import { listKeys, revokeKey } from './list.ts'
import { rotateKey } from './rotate.ts'

/** Keys of machines. GoTrue has no such endpoints. */
export const machineRoutes: readonly AuthRoute[] = [
  { path: '/admin/api-keys', access: 'service', methods: { GET: listKeys, POST: createKey } },
  { path: '/admin/api-keys/:id', access: 'service', methods: { DELETE: revokeKey } },
  { path: '/admin/api-keys/:id/rotate', access: 'service', methods: { POST: rotateKey } },
]
