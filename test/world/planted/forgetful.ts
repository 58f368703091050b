import { planted } from './planted.ts'
import { weakOnce } from './reads.ts'
import { loseOnce } from './writes.ts'

/** A Worker with mistakes that show in more than one row: whose write is lost does not see it, either. */
export default planted([loseOnce(), weakOnce()])
