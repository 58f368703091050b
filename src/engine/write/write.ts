import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import type { Result, Statement } from '../../base/statement.ts'
import type { Timing } from '../../base/timing.ts'
import type { Database } from '../../database/client.ts'
import type { SqlError } from '../../database/hrana/outcome.ts'
import { unavailable } from '../../database/node.ts'
import type { Shard } from '../../database/shard/nodes.ts'
import type { Caller } from '../../model/caller/caller.ts'
import type { CallerValues } from '../../model/expression.ts'
import type { Model } from '../../model/model.ts'
import type { WriteRequest } from '../../query/write/intent.ts'
import { bind } from '../../sql/plan.ts'
import { touchedTogether } from '../keep/touching.ts'
import { knownCaller } from '../known-caller.ts'
import type { Plans } from '../plans.ts'
import { shardOfWrites } from '../shard/write.ts'
import { translated } from '../sql-error.ts'
import { type Asked, askedOf } from './asked.ts'
import { constraintProblem } from './constraint.ts'
import { derived } from './derive.ts'
import { type Claim, claimOf } from './idempotency.ts'
import { answerOf, type Operation, operationOf, type Reply, replyOf, type WriteAnswer } from './operation.ts'
import { withResults } from './results.ts'

export interface WriteContext {
  readonly model: Model
  readonly plans: Plans
  readonly database: Database
  /** Where rows of sharded resources lie. */
  readonly shards: readonly Shard[]
  readonly caller: Caller
  readonly clock: Clock
  readonly timing: Timing
  /** Names the request in the audit and in the outbox. */
  readonly requestId: string
}

export interface WriteOptions {
  /** The client's name for this request: what was done under it is not done again. */
  readonly idempotencyKey: string | null
  /** Whether everything is undone in the end. */
  readonly isTrial: boolean
  /** Whether it is a list of operations: what is wrong then says with which. */
  readonly isBatch: boolean
}

export interface Written {
  /** By operation, in their order. */
  readonly answers: readonly WriteAnswer[]
  /** Whether they were done before, under the same key. */
  readonly isReplay: boolean
}

/**
 * Writes, all or nothing: one transaction, one trip.
 * @throws Problem; what a constraint or a policy refuses leaves everything as it was
 */
export async function write(
  requests: readonly WriteRequest[],
  options: WriteOptions,
  context: WriteContext,
): Promise<Written> {
  const { caller, timing } = context
  const asked = askedOf(context)
  const operations = await prepared(requests, options, asked, context)
  const values = requests.map((request) => ({
    slots: request.values,
    caller: asked.caller,
    cursor: null,
    body: null,
  }))
  const shard = shardOfWrites(operations, values, context.shards, options.isBatch)
  const session = sessionOf(operations, asked.caller)
  const claim =
    options.idempotencyKey === null || options.isTrial
      ? null
      : claimOf(options.idempotencyKey, {
          caller,
          nowMilliseconds: asked.nowMilliseconds,
          request: requests,
        })
  timing.mark('plan')
  const [first, place] =
    shard === null ? [session, context] : [[], await inShard(shard, session, operations, options, context)]
  const written =
    claim === null
      ? { answers: await done(first, operations, options, place), isReplay: false }
      : await doneOnce(first, operations, claim, options, place)
  timing.mark('db')
  return written
}

/** Shards have no sessions: without a look before, somebody whose session is over would write. */
async function inShard(
  shard: Shard,
  session: readonly Statement[],
  operations: readonly Operation[],
  { isBatch }: WriteOptions,
  context: WriteContext,
): Promise<WriteContext> {
  const { database, shards, timing } = context
  timing.shards(1, shards.length)
  for (const statement of session) {
    await translated(
      () => database.run(statement, timing, 'strong'),
      (error) => refusal(error, operations, { first: session.length, isBatch }),
    )
  }
  return { ...context, database: shard.database }
}

async function prepared(
  requests: readonly WriteRequest[],
  { isBatch }: WriteOptions,
  asked: Asked,
  context: WriteContext,
): Promise<readonly Operation[]> {
  const operations: Operation[] = []
  for (const [index, request] of requests.entries()) {
    try {
      operations.push(await operation(withResults(request, operations), asked, context))
    } catch (error) {
      throw error instanceof Problem && isBatch ? error.at(index) : error
    }
  }
  return operations
}

/** The plan of what was sent says whether it may be written at all; that of what becomes of it is carried out. */
async function operation(
  request: WriteRequest,
  asked: Asked,
  { plans, caller }: WriteContext,
): Promise<Operation> {
  const plan = plans.write(request.intent, caller)
  const hook = { caller: knownCaller(caller, plan.audience), now: new Date(asked.nowMilliseconds) }
  const { intent, rows } = await derived(plan, request, hook)
  const final = intent === request.intent ? plan : plans.write(intent, caller)
  return operationOf(final, { intent, values: request.values }, rows, asked)
}

async function done(
  session: readonly Statement[],
  operations: readonly Operation[],
  { isTrial, isBatch }: WriteOptions,
  { database, timing }: WriteContext,
): Promise<readonly WriteAnswer[]> {
  const statements = [...session, ...operations.flatMap((operation) => operation.statements)]
  const results = await translated(
    () => database.transact(statements, timing, { isTrial, ...touchedBy(operations) }),
    (error) => refusal(error, operations, { first: session.length, isBatch }),
  )
  return answersOf(operations, results.slice(session.length))
}

async function doneOnce(
  session: readonly Statement[],
  operations: readonly Operation[],
  claim: Claim,
  { isBatch }: WriteOptions,
  { database, timing }: WriteContext,
): Promise<Written> {
  const recorded = operations.map((operation, index) => claim.record(operation, index))
  const first = [...session, ...claim.take(operations.map(({ key }) => ({ answer: null, key })))]
  const refused = { at: first.length - 1, otherwise: claim.recall }
  const statements = [...first, ...recorded.flatMap((operation) => operation.statements)]
  const reply = await translated(
    () => database.transactUnless(refused, statements, timing, touchedBy(recorded)),
    (error) => refusal(error, recorded, { first: first.length, isBatch }),
  )
  if ('results' in reply) {
    return { answers: answersOf(recorded, reply.results.slice(first.length)), isReplay: false }
  }
  const replies = claim.recalled(reply.otherwise)
  // The claim failed by something else than a record.
  if (replies === null) throw unavailable()
  return {
    answers: operations.map((operation, index) => answerOf(operation, replyAt(replies, index))),
    isReplay: true,
  }
}

/** The session is looked at once, before anything else. */
function sessionOf(operations: readonly Operation[], caller: CallerValues): readonly Statement[] {
  const session = operations[0]?.plan.session ?? null
  return session === null ? [] : [bind(session, { slots: [], caller, cursor: null, body: null })]
}

/** What answers from caches depend on, of what they write. */
function touchedBy(operations: readonly Operation[]) {
  return touchedTogether(operations.map(({ plan }) => plan))
}

function answersOf(operations: readonly Operation[], results: readonly Result[]): readonly WriteAnswer[] {
  let at = 0
  return operations.map((operation) => {
    const own = results.slice(at, at + operation.statements.length)
    at += operation.statements.length
    return answerOf(operation, replyOf(operation, own))
  })
}

/** What was refused, by the operation that it was part of. */
function refusal(
  error: SqlError,
  operations: readonly Operation[],
  { first, isBatch }: { readonly first: number; readonly isBatch: boolean },
): Problem | null {
  const { statement } = error
  let end = first
  const index = operations.findIndex((operation) => {
    end += operation.statements.length
    return statement !== null && statement >= first && statement < end
  })
  // What is looked at when the transaction ends, or before it begins, is about all of them.
  const operation = operations[Math.max(index, 0)]
  const problem = operation === undefined ? null : constraintProblem(error, operation.plan)
  return problem === null || !isBatch || index === -1 ? problem : problem.at(index)
}

function replyAt(replies: readonly Reply[], index: number): Reply {
  const reply = replies[index]
  if (reply === undefined) throw unavailable()
  return reply
}
