import { Problem } from '../../base/problem.ts'
import type { Result } from '../../base/statement.ts'
import { unavailable } from '../node.ts'
import { isBusy } from '../trip/busy.ts'
import type { HranaError, Reply } from './reply.ts'

/** What SQLite refused. For the engine to translate: its text never leaves the Worker. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  /** SQLite's result code, such as `SQLITE_CONSTRAINT`. */
  readonly code: string
  /** Which statement of a transaction it was, from 0; null where it was none. */
  readonly statement: number | null

  constructor(message: string, code: string, statement: number | null = null) {
    super(message)
    this.code = code
    this.statement = statement
  }
}

/** A reply to what was not refused. */
export type Done = Exclude<Reply, { readonly error: HranaError }>

/** @throws Problem UNAVAILABLE_DATABASE of what was busy to the end; SqlError of what was refused */
export function done(reply: Reply): Done {
  if (isBusy(reply)) throw new Problem('UNAVAILABLE_DATABASE', { headers: { 'retry-after': '1' } })
  if (!('error' in reply)) return reply
  const { message, code, statement } = reply.error
  throw new SqlError(message, code, statement)
}

export function resultsOf(reply: Done): readonly Result[] {
  if ('otherwise' in reply) throw unavailable()
  return reply.results
}
