import { Problem } from '../base/problem.ts'
import type { Refusal } from '../declare/refusal.ts'

/** What an author's rule says no to, as PostgreSQL's `raise exception` would be told. */
export function refused({ message, hint, status }: Refusal): Problem {
  return new Problem('P0001', { message, hint, status })
}
