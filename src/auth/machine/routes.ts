import { type AuthRoute, lazily } from '../feature.ts'

/** Keys of machines. GoTrue has no such endpoints. */
export const machineRoutes: readonly AuthRoute[] = [
  {
    path: '/admin/api-keys',
    access: 'service',
    methods: {
      GET: lazily(() => import('./list.ts').then(({ listKeys }) => listKeys)),
      POST: lazily(() => import('./create.ts').then(({ createKey }) => createKey)),
    },
  },
  {
    path: '/admin/api-keys/:id',
    access: 'service',
    methods: { DELETE: lazily(() => import('./list.ts').then(({ revokeKey }) => revokeKey)) },
  },
  {
    path: '/admin/api-keys/:id/rotate',
    access: 'service',
    methods: { POST: lazily(() => import('./rotate.ts').then(({ rotateKey }) => rotateKey)) },
  },
]
