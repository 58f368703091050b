import type { SQL } from 'drizzle-orm'
import { uuidv7 } from '../../base/id.ts'
import type { Limits } from '../../base/limits.ts'
import type { Problem } from '../../base/problem.ts'
import { bytesOf, type Result, type Statement, textValue } from '../../base/statement.ts'
import { type SqlError, unavailable } from '../../database/client.ts'
import { type ProcedureContext, RowSet } from '../../declare/procedure.ts'
import { Refusal } from '../../declare/refusal.ts'
import { audienceOf } from '../../model/caller/audience.ts'
import { callerValues } from '../../model/caller/caller.ts'
import type { Procedure } from '../../model/procedure.ts'
import type { ReadRequest } from '../../query/intent.ts'
import { knownCaller } from '../known-caller.ts'
import { refused } from '../refused.ts'
import { translated } from '../sql-error.ts'
import { type Claim, claimOf } from '../write/idempotency.ts'
import type { WriteContext } from '../write/write.ts'
import { checkedOutput } from './output.ts'
import { readsOnce } from './reads.ts'
import { type Part, recorder } from './recorder.ts'
import { sessionPart } from './session.ts'
import { setPart } from './set.ts'

export interface CallContext extends WriteContext {
  readonly admission: SQL
  readonly limits: Limits
}

export interface CallRequest {
  readonly procedure: Procedure
  readonly input: unknown
  /** How the rows of its answer are to be read; null of a procedure that answers a value. */
  readonly set: ReadRequest | null
  readonly idempotencyKey: string | null
}

/** What a procedure answers: the text of a set (`engine/answer.ts` takes it apart), or a value as JSON. */
export interface CallAnswer {
  readonly kind: 'set' | 'value'
  readonly text: Uint8Array
  readonly columns: readonly string[]
  readonly isReplay: boolean
}

/**
 * Calls a procedure: one trip for what it writes and answers, and one before if its handler reads.
 * @throws Problem; P0001 for what the author refuses
 */
export async function call(request: CallRequest, context: CallContext): Promise<CallAnswer> {
  const { procedure, idempotencyKey } = request
  const { caller, clock, model, admission, timing, requestId } = context
  const nowMilliseconds = clock.nowMilliseconds()
  const asked = {
    caller: { ...callerValues(caller, nowMilliseconds), requestId: textValue(requestId) },
    nowMilliseconds,
  }
  const audience = audienceOf(model.roles, caller)
  const session = sessionPart(audience, admission, asked.caller)
  const hook = { caller: knownCaller(caller, audience, model), now: new Date(nowMilliseconds) }
  const record = recorder({ procedure: procedure.name, model, audience, admission, asked, hook })
  const reads = readsOnce((statements) => snapshot([session, { statements, problemOf: () => null }], context))
  const handled: ProcedureContext<unknown> = {
    input: request.input,
    caller: hook.caller,
    db: { ...reads, ...record.db },
    now: hook.now,
    id: () => uuidv7(nowMilliseconds),
    emit: record.emit,
  }
  timing.mark('plan')
  const result = await handle(procedure, handled)
  if (procedure.declaration.readOnly && record.parts.length > 0)
    throw new TypeError(`procedure '${procedure.name}' is readOnly and writes`)
  const answer = answerPart(result, request, { audience, asked, context })
  const parts = [session, ...record.parts]
  const claim =
    idempotencyKey === null || procedure.declaration.readOnly
      ? null
      : claimOf(idempotencyKey, {
          caller,
          nowMilliseconds,
          request: [procedure.name, request.input, request.set],
          known: [{ answer: answer.text, key: null }],
        })
  const done = await send(parts, answer, claim, context)
  timing.mark('db')
  return { kind: answer.part === null ? 'value' : 'set', columns: answer.columns, ...done }
}

async function handle(
  { declaration, name }: Procedure,
  context: ProcedureContext<unknown>,
): Promise<unknown> {
  try {
    const result = await declaration.handler(context)
    return result instanceof RowSet ? result : await checkedOutput(declaration.output, result, name)
  } catch (error) {
    throw error instanceof Refusal ? refused(error) : error
  }
}

interface Answer {
  readonly part: Part | null
  readonly text: string | null
  readonly columns: readonly string[]
}

function answerPart(
  result: unknown,
  { procedure, set }: CallRequest,
  how: Parameters<typeof setPart>[2],
): Answer {
  if (!(result instanceof RowSet)) return { part: null, text: JSON.stringify(result ?? null), columns: [] }
  if (set === null || result.table !== procedure.returns?.table)
    throw new TypeError(
      `procedure '${procedure.name}' answers rows of a table that it does not name in \`returns\``,
    )
  return { ...setPart(set, result, how), text: null }
}

/** Nothing to write and nothing to read is no trip, but for the session. */
async function send(
  parts: readonly Part[],
  answer: Answer,
  claim: Claim | null,
  context: CallContext,
): Promise<{ readonly text: Uint8Array; readonly isReplay: boolean }> {
  if (claim === null) {
    const all = answer.part === null ? parts : [...parts, answer.part]
    const isWriting = parts.length > 1
    const results = isWriting ? await transact(all, context) : await snapshot(all, context)
    return { text: answer.text === null ? textOf(results) : Buffer.from(answer.text), isReplay: false }
  }
  const recorded =
    answer.part === null
      ? []
      : [
          {
            ...answer.part,
            ...claim.record(
              { statements: answer.part.statements, writes: null, answers: 0, locates: null },
              0,
            ),
          },
        ]
  const [session, ...written] = parts
  const first: readonly Part[] = [
    ...(session === undefined ? [] : [session]),
    { statements: claim.statements, problemOf: () => null },
  ]
  const all = [...first, ...written, ...recorded]
  const at = first.flatMap(({ statements }) => statements).length - 1
  const reply = await translated(
    () =>
      context.database.transactUnless(
        { at, otherwise: claim.recall },
        all.flatMap(({ statements }) => statements),
        context.timing,
      ),
    (error) => problemOf(error, all),
  )
  if ('results' in reply) {
    return { text: answer.text === null ? textOf(reply.results) : Buffer.from(answer.text), isReplay: false }
  }
  const [known] = claim.recalled(reply.otherwise)
  if (known?.answer == null) throw unavailable()
  return { text: known.answer, isReplay: true }
}

function transact(parts: readonly Part[], { database, timing }: CallContext): Promise<readonly Result[]> {
  const statements = parts.flatMap((part) => part.statements)
  return translated(
    () => database.transact(statements, timing),
    (error) => problemOf(error, parts),
  )
}

async function snapshot(
  parts: readonly Part[],
  { database, timing }: CallContext,
): Promise<readonly Result[]> {
  const statements: readonly Statement[] = parts.flatMap((part) => part.statements)
  if (statements.length === 0) return []
  const results = await translated(
    () => database.snapshot(statements, timing),
    (error) => problemOf(error, parts),
  )
  return results.slice(parts[0]?.statements.length ?? 0)
}

function problemOf(error: SqlError, parts: readonly Part[]): Problem | null {
  let end = 0
  const part = parts.find(({ statements }) => {
    end += statements.length
    return error.statement !== null && error.statement < end
  })
  // A key that leads nowhere is found when the transaction ends.
  return (part ?? parts.at(-1))?.problemOf(error) ?? null
}

/** The answer is what the last statement says. */
function textOf(results: readonly Result[]): Uint8Array {
  const text = bytesOf(results.at(-1)?.rows[0]?.[0])
  if (text === null) throw unavailable()
  return text
}
