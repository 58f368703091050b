import { planted } from './planted.ts'
import { backOnce, inventOnce, leakOnce, staleOnce } from './reads.ts'
import { twiceOnce } from './writes.ts'

/** A Worker with mistakes that are told apart by what the world says of them. */
export default planted([staleOnce(), leakOnce(), backOnce(), inventOnce(), twiceOnce()])
