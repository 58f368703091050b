import { sql } from 'drizzle-orm'
import { Problem } from '../../base/problem.ts'
import { type Result, textOf } from '../../base/statement.ts'
import { entrusting, standing } from '../admission.ts'

/** Whether the caller is one who may say what apps may do for them. */
export const readEntrusting = sql`select ${standing}, ${entrusting}`

/** @throws Problem session_not_found, also for an app; insufficient_aal before the second factor */
export function requireEntrusting(read: Result | undefined): void {
  const [stands, entrusts] = read?.rows[0] ?? []
  if (textOf(stands) !== '1') throw new Problem('session_not_found')
  if (textOf(entrusts) !== '1') throw new Problem('insufficient_aal')
}
