import { backend } from '../../../src/index.ts'
import { notesResource } from './notes.ts'

/** As small as a backend with tenants can be. */
export default backend({
  name: 'Notes',
  roles: { member: [] },
  defaultRole: 'member',
  resources: [notesResource],
  tenants: { from: 'path' },
})
