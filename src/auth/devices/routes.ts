import { type AuthRoute, lazily } from '../feature.ts'

const list = () => import('./list.ts')
const end = () => import('./end.ts')
const ofUser = lazily(() => end().then(({ endSessionsOfUser }) => endSessionsOfUser))

/** Where somebody is signed in, for them and for the operator. GoTrue has no such endpoints. */
export const deviceRoutes: readonly AuthRoute[] = [
  {
    path: '/user/sessions',
    access: 'user',
    methods: { GET: lazily(() => list().then(({ listOwnSessions }) => listOwnSessions)) },
  },
  {
    path: '/user/sessions/:session',
    access: 'user',
    methods: { DELETE: lazily(() => end().then(({ endOwnSession }) => endOwnSession)) },
  },
  {
    path: '/admin/users/:id/sessions',
    access: 'service',
    methods: {
      GET: lazily(() => list().then(({ listSessionsOfUser }) => listSessionsOfUser)),
      DELETE: ofUser,
    },
  },
  { path: '/admin/users/:id/sessions/:session', access: 'service', methods: { DELETE: ofUser } },
]
