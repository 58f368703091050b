import type { AuthRoute } from '../feature.ts'
import { endOwnSession, endSessionsOfUser } from './end.ts'
import { listOwnSessions, listSessionsOfUser } from './list.ts'

/** Where somebody is signed in, for them and for the operator. GoTrue has no such endpoints. */
export const deviceRoutes: readonly AuthRoute[] = [
  { path: '/user/sessions', access: 'user', methods: { GET: listOwnSessions } },
  { path: '/user/sessions/:session', access: 'user', methods: { DELETE: endOwnSession } },
  {
    path: '/admin/users/:id/sessions',
    access: 'service',
    methods: { GET: listSessionsOfUser, DELETE: endSessionsOfUser },
  },
  {
    path: '/admin/users/:id/sessions/:session',
    access: 'service',
    methods: { DELETE: endSessionsOfUser },
  },
]
