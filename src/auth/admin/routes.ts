import { removeFactorOf } from '../factor/actions/remove-of.ts'
import type { AuthRoute } from '../feature.ts'
import { listAudit } from './audit.ts'
import { createUser } from './create.ts'
import { getUserById, listFactors, listUsers } from './read.ts'
import { deleteUser } from './remove.ts'
import { updateUser } from './update.ts'

/** `auth.admin` of auth-js: with the secret key. */
export const adminRoutes: readonly AuthRoute[] = [
  { path: '/admin/users', access: 'service', methods: { GET: listUsers, POST: createUser } },
  {
    path: '/admin/users/:id',
    access: 'service',
    methods: { GET: getUserById, PUT: updateUser, DELETE: deleteUser },
  },
  { path: '/admin/users/:id/factors', access: 'service', methods: { GET: listFactors } },
  { path: '/admin/users/:id/factors/:factor', access: 'service', methods: { DELETE: removeFactorOf } },
  { path: '/admin/audit', access: 'service', methods: { GET: listAudit } },
]
