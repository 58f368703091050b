import { backend, totp } from '../../../src/index.ts'
import { procedures } from './procedures.ts'
import {
  bidsResource,
  countersResource,
  drawsResource,
  members,
  membersResource,
  notesResource,
  postsResource,
  repliesResource,
  showsResource,
  signsResource,
  ticksResource,
  visitsResource,
} from './tables.ts'

/** What may be kept, what may not, and for whom. */
export default backend({
  name: 'Selvage near',
  roles: { member: [], staff: ['member'], admin: ['staff'] },
  defaultRole: 'member',
  resources: [
    membersResource,
    postsResource,
    repliesResource,
    notesResource,
    visitsResource,
    signsResource,
    ticksResource,
    bidsResource,
    showsResource,
    drawsResource,
    countersResource,
  ],
  procedures,
  trials: true,
  auth: { features: [totp()] },
  profile: {
    table: members,
    values: ({ id, data }) => ({ id, handle: typeof data.handle === 'string' ? data.handle : 'somebody' }),
  },
})
