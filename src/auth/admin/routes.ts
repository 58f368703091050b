import { type AuthRoute, lazily } from '../feature.ts'

const read = () => import('./read.ts')

/** `auth.admin` of auth-js: with the secret key, loaded when somebody first comes with it. */
export const adminRoutes: readonly AuthRoute[] = [
  {
    path: '/admin/users',
    access: 'service',
    methods: {
      GET: lazily(() => read().then(({ listUsers }) => listUsers)),
      POST: lazily(() => import('./create.ts').then(({ createUser }) => createUser)),
    },
  },
  {
    path: '/admin/users/:id',
    access: 'service',
    methods: {
      GET: lazily(() => read().then(({ getUserById }) => getUserById)),
      PUT: lazily(() => import('./update.ts').then(({ updateUser }) => updateUser)),
      DELETE: lazily(() => import('./remove.ts').then(({ deleteUser }) => deleteUser)),
    },
  },
  {
    path: '/admin/users/:id/factors',
    access: 'service',
    methods: { GET: lazily(() => read().then(({ listFactors }) => listFactors)) },
  },
  {
    path: '/admin/users/:id/factors/:factor',
    access: 'service',
    methods: {
      DELETE: lazily(() =>
        import('../factor/actions/remove-of.ts').then(({ removeFactorOf }) => removeFactorOf),
      ),
    },
  },
  {
    path: '/admin/audit',
    access: 'service',
    methods: { GET: lazily(() => import('./audit.ts').then(({ listAudit }) => listAudit)) },
  },
]
