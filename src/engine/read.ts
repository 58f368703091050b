import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import type { Result, Statement, Value } from '../base/statement.ts'
import { startTiming, type Timing } from '../base/timing.ts'
import type { Database, ReadOptions as DatabaseReadOptions, ReadResult } from '../database/client.ts'
import type { Consistency, Freshness } from '../database/fresh/freshness.ts'
import { unavailable } from '../database/node.ts'
import type { Shard } from '../database/shard/nodes.ts'
import { anonymous, type Caller, callerValues, type UserCaller } from '../model/caller/caller.ts'
import type { Keep } from '../model/resource.ts'
import type { ReadIntent, ReadRequest } from '../query/intent.ts'
import { bind, type Values } from '../sql/plan.ts'
import { estimatedCountCap } from '../sql/read.ts'
import { takeApart, takeApartOnce, type WrittenAnswer } from './answer.ts'
import { refreshAhead } from './keep/ahead.ts'
import type { Caching, Reading } from './keep/fill.ts'
import type { Keeping } from './keep/keeping.ts'
import { type CacheStatus, keptText } from './keep/kept.ts'
import { sightedResult } from './keep/sighted.ts'
import type { Plans, ReadPlan } from './plans.ts'
import { readFromShards } from './shard/read.ts'
import { translated } from './sql-error.ts'

/** The answer to a read. */
export interface ReadAnswer extends WrittenAnswer {
  /** Whether there may be more than `total`: an estimate goes no further than its cap. */
  readonly isTotalCapped: boolean
  /** Names for the header of CSV. */
  readonly columns: readonly string[]
  /** Null: nothing of it is kept. */
  readonly kept: Kept | null
}

/** What a cache did for an answer, and who may keep it. */
export interface Kept {
  readonly status: CacheStatus
  readonly keep: Keep
  /** Whether it depends on nobody: whoever gets it gets the same bytes. */
  readonly isShared: boolean
  /** Whether it is for everybody, and was asked for by nobody in particular. */
  readonly isPublic: boolean
}

export interface ReadContext {
  readonly plans: Plans
  readonly database: Database
  /** Where rows of sharded resources lie. */
  readonly shards: readonly Shard[]
  readonly caller: Caller
  readonly clock: Clock
  readonly timing: Timing
  /** Null: nothing is kept. */
  readonly caching: Caching | null
}

export interface ReadOptions {
  /** Sort key, as JSON, after which the page starts. */
  readonly cursor: string | null
  /** Null: as nothing was said. */
  readonly consistency: Consistency | null
}

/**
 * Answers a read: one trip, or none when an answer was kept.
 * @throws Problem; PGRST303 when the caller's session is over
 */
export async function read(
  request: ReadRequest,
  options: ReadOptions,
  context: ReadContext,
): Promise<ReadAnswer> {
  const { plans, caller, clock, timing, caching } = context
  const plan = plans.read(request.intent, caller)
  const values = valuesOf(request, options.cursor, context)
  const consistency = options.consistency ?? 'session'
  if (plan.shard !== null) {
    timing.mark('plan')
    const { session } = plan.shard
    const answer = await readFromShards({ ...plan, shard: plan.shard }, values, context, async () => {
      if (session === null) return
      const stands = onlyValue(await askNearest(bind(session, values), { consistency }, context))
      if (stands.type === 'null') throw sessionOver()
    })
    timing.mark('db')
    return estimated(answer, request.intent, plan.columns)
  }
  const ask = asking(plan, values, consistency, context)
  timing.mark('plan')
  const { keeping } = plan
  const kept =
    keeping === null || caching === null
      ? { text: (await ask(null, false)).text, status: null }
      : await keptText(
          {
            keeping,
            asked: options.cursor === null ? request : null,
            args: () => argsOf(keeping, values),
            freshness: await freshnessFor(consistency, context),
            session: sessionFor(keeping, caching, caller),
            ask,
          },
          caching,
          clock,
        )
  timing.mark('db')
  if (caching !== null) refreshAhead((again) => asAnybody(again, context), caching, clock)
  if (kept.text === null) {
    if (caching !== null && caller.kind === 'user') caching.standing.forget(standingOf(caching, caller))
    throw sessionOver()
  }
  const answer = kept.status === null ? takeApart(kept.text) : takeApartOnce(kept.text)
  if (answer === null) throw unavailable()
  return {
    ...estimated(answer, request.intent, plan.columns),
    kept:
      keeping === null || kept.status === null
        ? null
        : {
            status: kept.status,
            keep: keeping.keep,
            isShared: !keeping.isPrivate,
            isPublic: caller.kind === 'anonymous' && !keeping.isPrivate,
          },
  }
}

function valuesOf(
  { values }: ReadRequest,
  cursor: string | null,
  { caller, clock }: Pick<ReadContext, 'caller' | 'clock'>,
): Values {
  return { slots: values, caller: callerValues(caller, clock.nowMilliseconds()), cursor, body: null }
}

/** What a query that is kept binds. */
function argsOf({ bindings }: Keeping, values: Values): readonly Value[] {
  return bind({ text: '', bindings }, values).args
}

function asking(
  plan: ReadPlan,
  values: Values,
  consistency: Consistency,
  context: ReadContext,
): Reading['ask'] {
  const { clock, caching } = context
  return async (atLeast, isLater) => {
    const askedAtMilliseconds = clock.nowMilliseconds()
    const at = isLater ? { ...context, timing: startTiming() } : context
    const tellsVersions = caching !== null && plan.isSighted
    const answer = await askNearest(bind(plan, values), { consistency, atLeast, tellsVersions }, at)
    const { versions } = answer
    if (caching !== null && versions !== null)
      caching.later(caching.store.learn(caching.realm, versions, askedAtMilliseconds))
    return sightedResult(answer, plan.keeping?.tables ?? null)
  }
}

/** What everybody is told, as nobody in particular asks for it: whose session stands by then is not known. */
function asAnybody(request: ReadRequest, context: ReadContext): Reading | null {
  const plan = context.plans.read(request.intent, anonymous)
  const { keeping } = plan
  if (keeping === null) return null
  const values = valuesOf(request, null, { ...context, caller: anonymous })
  return {
    keeping,
    asked: request,
    args: () => argsOf(keeping, values),
    ask: asking(plan, values, 'eventual', context),
  }
}

/** A replica may not have heard of a session that has just begun: the primary decides that one is over. */
async function askNearest(
  statement: Statement,
  {
    consistency,
    atLeast = null,
    tellsVersions = false,
  }: DatabaseReadOptions & { readonly consistency: Consistency },
  { database, timing }: ReadContext,
): Promise<ReadResult> {
  const result = await translated(() =>
    database.run(statement, timing, consistency, { atLeast, tellsVersions }),
  )
  if (result.isPrimary || onlyValue(result).type !== 'null') return result
  return translated(() => database.run(statement, timing, 'strong', { tellsVersions }))
}

/**
 * Who has no session and brings no bookmark shares what the data centre knows with everybody there: it is looked up
 * once a second, and not for each of them.
 */
function freshnessFor(
  consistency: Consistency,
  { caller, database, timing }: ReadContext,
): Promise<Freshness | null> {
  const isNobody = caller.kind === 'anonymous' && consistency === 'session'
  return database.freshness(isNobody ? 'lately' : consistency, timing)
}

/** Null where nobody in particular is told the same. */
function sessionFor({ isOpen }: Keeping, caching: Caching, caller: Caller): string | null {
  return isOpen || caller.kind !== 'user' ? null : standingOf(caching, caller)
}

/**
 * All that the look at a session is about: another token of the same session, with rights that are not so any more, is no
 * session that stood.
 */
function standingOf({ realm }: Caching, { id, sessionId, role, aal, authority }: UserCaller): string {
  return JSON.stringify([realm, id, sessionId, role, aal, authority])
}

/** An answer, and whether its total is one that goes no further than the cap. */
export function estimated(
  answer: WrittenAnswer,
  { count }: ReadIntent,
  columns: readonly string[],
): ReadAnswer {
  const isTotalCapped = count !== 'exact' && Number(answer.total) > estimatedCountCap
  return { ...answer, isTotalCapped, columns, kept: null }
}

/** The statement answers one row whatever there is. */
function onlyValue({ rows }: Result): Value {
  const value = rows[0]?.[0]
  if (value === undefined) throw unavailable()
  return value
}

/** The token is whole, and its session does not stand any more. */
export function sessionOver(): Problem {
  return new Problem('PGRST303', { message: 'The session of this access token is over: sign in again.' })
}
