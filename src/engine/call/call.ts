import type { SQL } from 'drizzle-orm'
import { uuidv7 } from '../../base/id.ts'
import type { Limits } from '../../base/limits.ts'
import type { Consistency } from '../../database/fresh/freshness.ts'
import { type ProcedureContext, RowSet } from '../../declare/procedure.ts'
import { Refusal } from '../../declare/refusal.ts'
import { audienceOf } from '../../model/caller/audience.ts'
import type { Procedure } from '../../model/procedure.ts'
import { touchedTogether } from '../keep/touching.ts'
import { knownCaller } from '../known-caller.ts'
import { refused } from '../refused.ts'
import { refuseSharded } from '../shard/refuse.ts'
import { askedOf } from '../write/asked.ts'
import { type Claim, claimOf } from '../write/idempotency.ts'
import type { WriteContext } from '../write/write.ts'
import { checkedOutput } from './output.ts'
import { readsOnce } from './reads.ts'
import { recorder } from './recorder.ts'
import { type Answer, replyOf, send, snapshot } from './send.ts'
import { sessionPart } from './session.ts'
import { type SetRequest, setPart } from './set.ts'

export interface CallContext extends Omit<WriteContext, 'shards'> {
  readonly admission: SQL
  readonly limits: Limits
}

export interface CallRequest {
  readonly procedure: Procedure
  /** What the client sent; `input` is what the schemas make of it. */
  readonly given: unknown
  readonly input: unknown
  /** How the rows of its answer are to be read; null of a procedure that answers a value. */
  readonly set: SetRequest | null
  readonly idempotencyKey: string | null
  /** How new must be what a procedure reads that writes nothing. */
  readonly consistency: Consistency
  /** Whether everything is undone in the end. */
  readonly isTrial: boolean
}

/** What a procedure answers: the text of a set (`engine/answer.ts` takes it apart), a value as JSON, or nothing. */
export interface CallAnswer {
  readonly text: Uint8Array
  /** Of a set: names for the header of CSV. */
  readonly columns: readonly string[]
  readonly isReplay: boolean
}

/**
 * Calls a procedure: one trip for what it writes and answers, and one before if its handler reads.
 * @throws Problem; P0001 for what the author refuses
 */
export async function call(request: CallRequest, context: CallContext): Promise<CallAnswer> {
  const { procedure } = request
  const { caller, model, admission, timing } = context
  const asked = askedOf(context)
  const { nowMilliseconds } = asked
  // What is read to be written is the primary's.
  const consistency = procedure.declaration.readOnly ? request.consistency : 'strong'
  const audience = audienceOf(model.roles, caller)
  const session = sessionPart(audience, admission, asked.caller)
  const hook = { caller: knownCaller(caller, audience), now: new Date(nowMilliseconds) }
  const record = recorder({ procedure: procedure.name, model, audience, admission, asked, hook })
  const claim = claimFor(request, context, nowMilliseconds)
  // What was done under the key is known with the first trip: what a handler reads now is not what it read then.
  const before: { text: Uint8Array | null; hasRead: boolean } = { text: null, hasRead: false }
  const allow = (queries: readonly unknown[]) => refuseSharded(model, procedure.name, queries)
  const reads = readsOnce(allow, async (statements) => {
    const recall = claim === null ? [] : [claim.recall]
    const results = await snapshot(
      [session, { statements: [...recall, ...statements] }],
      consistency,
      context,
    )
    before.hasRead = true
    const [known] = results
    const replies = claim === null || known === undefined ? null : claim.recalled(known)
    if (replies === null) return results.slice(recall.length)
    before.text = replyOf(replies)
    throw new Error('the call was answered before')
  })
  const handled: ProcedureContext<unknown> = {
    input: request.input,
    caller: hook.caller,
    db: { ...reads, ...record.db },
    now: hook.now,
    id: () => uuidv7(nowMilliseconds),
    emit: record.emit,
  }
  timing.mark('plan')
  const how = { audience, asked, context }
  const result = await handle(procedure, handled, () => before.text !== null)
  if (before.text !== null) {
    context.database.adopt()
    timing.mark('db')
    return { text: before.text, columns: columnsOf(request, how), isReplay: true }
  }
  if (procedure.declaration.readOnly && record.hasWritten)
    throw new TypeError(`procedure '${procedure.name}' is readOnly and writes`)
  const answer = answerPart(result, request, how)
  const { isTrial } = request
  const { parts, hasWritten: isWriting } = record
  const work = {
    session,
    parts,
    answer,
    claim,
    isTrial,
    isWriting,
    ...touchedTogether(record.touching),
    consistency,
  }
  const isToldAlready = before.hasRead && claim === null && record.parts.length === 0
  const done = await send(work, isToldAlready, context)
  timing.mark('db')
  return { columns: answer.columns, ...done }
}

function claimFor(
  { procedure, given, set, idempotencyKey, isTrial }: CallRequest,
  { caller }: CallContext,
  nowMilliseconds: number,
): Claim | null {
  return idempotencyKey === null || isTrial || procedure.declaration.readOnly
    ? null
    : claimOf(idempotencyKey, { caller, nowMilliseconds, request: [procedure.name, given, set] })
}

async function handle(
  { declaration, name }: Procedure,
  context: ProcedureContext<unknown>,
  isAnswered: () => boolean,
): Promise<unknown> {
  try {
    const result = await declaration.handler(context)
    return result instanceof RowSet || isAnswered()
      ? result
      : await checkedOutput(declaration.output, result, name)
  } catch (error) {
    if (isAnswered()) return null
    throw error instanceof Refusal ? refused(error) : error
  }
}

function answerPart(
  result: unknown,
  { procedure, set }: CallRequest,
  how: Parameters<typeof setPart>[2],
): Answer {
  if (!(result instanceof RowSet)) return { part: null, text: textOf(result), columns: [] }
  if (set === null || result.table !== procedure.returns?.table)
    throw new TypeError(
      `procedure '${procedure.name}' answers rows of a table that it does not name in \`returns\``,
    )
  return { ...setPart(set, result, how), text: null }
}

/** What answers nothing has no text, which no value of JSON has. */
function textOf(result: unknown): string {
  if (result === undefined) return ''
  const text: string | undefined = JSON.stringify(result)
  if (text === undefined) throw new TypeError(`a ${typeof result} is no answer`)
  return text
}

/** The names are those of what was asked, whichever rows were answered. */
function columnsOf({ procedure, set }: CallRequest, how: Parameters<typeof setPart>[2]): readonly string[] {
  return set === null || procedure.returns === null
    ? []
    : setPart(set, new RowSet(procedure.returns.table, true), how).columns
}
