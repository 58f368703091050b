import type { Problem } from '../../base/problem.ts'
import { bytesOf, type Result } from '../../base/statement.ts'
import type { Consistency } from '../../database/fresh/freshness.ts'
import type { SqlError } from '../../database/hrana/outcome.ts'
import { unavailable } from '../../database/node.ts'
import { translated } from '../sql-error.ts'
import type { Claim } from '../write/idempotency.ts'
import type { Reply } from '../write/operation.ts'
import type { WriteContext } from '../write/write.ts'
import type { Part } from './recorder.ts'

/** What a handler answered: rows, which the database is asked for, or the text of a value. */
export interface Answer {
  readonly part: Part | null
  readonly text: string | null
  readonly columns: readonly string[]
}

/** What is left to do when a handler has ended. */
export interface Work {
  readonly session: Part
  /** What the handler recorded. */
  readonly parts: readonly Part[]
  readonly answer: Answer
  readonly claim: Claim | null
  readonly isTrial: boolean
  /** Tables that answers from caches depend on, of those that are written. */
  readonly touched: readonly string[]
  /** Those of them of which its parts say which parts are written. */
  readonly named: readonly string[]
  readonly isWriting: boolean
  /** Of what it reads. */
  readonly consistency: Consistency
}

type Trip = Pick<WriteContext, 'database' | 'timing'>

export interface Sent {
  readonly text: Uint8Array
  readonly isReplay: boolean
}

/**
 * One trip. Nothing to write and nothing to read is none, but for the session.
 * @param isAdmitted whether the session was looked at already
 */
export async function send(work: Work, isAdmitted: boolean, context: Trip): Promise<Sent> {
  const { session, parts, answer, claim } = work
  if (claim !== null) return sendOnce(work, claim, context)
  const all = [session, ...parts, ...(answer.part === null ? [] : [answer.part])]
  const isNeeded = !isAdmitted || answer.part !== null
  const results = !isNeeded
    ? []
    : work.isWriting
      ? await transact(all, work, context)
      : await snapshot(all, work.consistency, context)
  return { text: textOf(answer, results), isReplay: false }
}

/** All parts on one moment of the database. @returns the results without those of the first part */
export async function snapshot(
  parts: readonly (Pick<Part, 'statements'> & Partial<Part>)[],
  consistency: Consistency,
  { database, timing }: Trip,
): Promise<readonly Result[]> {
  const statements = parts.flatMap((part) => part.statements)
  if (statements.length === 0) return []
  const results = await translated(
    () => database.snapshot(statements, timing, consistency),
    (error) => problemOf(error, parts),
  )
  return results.slice(parts[0]?.statements.length ?? 0)
}

/** What a record says that a call was answered. */
export function replyOf([known]: readonly Reply[]): Uint8Array {
  if (known?.answer == null) throw unavailable()
  return known.answer
}

async function sendOnce(
  { session, parts, answer, touched, named }: Work,
  claim: Claim,
  context: Trip,
): Promise<Sent> {
  const first: readonly Part[] = [
    session,
    { statements: claim.take([{ answer: answer.text, key: null }]), problemOf: () => null },
  ]
  const all = [...first, ...parts, ...(answer.part === null ? [] : [recorded(answer.part, claim)])]
  const at = first.flatMap(({ statements }) => statements).length - 1
  const reply = await translated(
    () =>
      context.database.transactUnless(
        { at, otherwise: claim.recall },
        all.flatMap(({ statements }) => statements),
        context.timing,
        { touched, named },
      ),
    (error) => problemOf(error, all),
  )
  if ('results' in reply) return { text: textOf(answer, reply.results), isReplay: false }
  const replies = claim.recalled(reply.otherwise)
  // The claim failed by something else than a record.
  if (replies === null) throw unavailable()
  return { text: replyOf(replies), isReplay: true }
}

/** The answer's part, which also keeps what it says. */
function recorded(part: Part, claim: Claim): Part {
  const { statements } = part
  const kept = claim.record({ statements, writes: null, answers: statements.length - 1, locates: null }, 0)
  return { ...part, statements: kept.statements }
}

function transact(
  parts: readonly Part[],
  { isTrial, touched, named }: Pick<Work, 'isTrial' | 'touched' | 'named'>,
  { database, timing }: Trip,
): Promise<readonly Result[]> {
  return translated(
    () =>
      database.transact(
        parts.flatMap((part) => part.statements),
        timing,
        { isTrial, touched, named },
      ),
    (error) => problemOf(error, parts),
  )
}

function problemOf(
  error: SqlError,
  parts: readonly (Pick<Part, 'statements'> & Partial<Part>)[],
): Problem | null {
  let end = 0
  const part = parts.find(({ statements }) => {
    end += statements.length
    return error.statement !== null && error.statement < end
  })
  // A key that leads nowhere is found when the transaction ends.
  return (part ?? parts.at(-1))?.problemOf?.(error) ?? null
}

/** Rows are what the last statement says. */
function textOf({ text }: Answer, results: readonly Result[]): Uint8Array {
  if (text !== null) return Buffer.from(text)
  const rows = bytesOf(results.at(-1)?.rows[0]?.[0])
  if (rows === null) throw unavailable()
  return rows
}
