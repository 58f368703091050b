import type { Context } from 'hono'
import { parseJson, readText, utf8Type } from '../base/http/body.ts'
import { parseExactly } from '../base/http/exact-json.ts'
import { Problem } from '../base/problem.ts'
import { takeApart } from '../engine/answer.ts'
import { type CallAnswer, call } from '../engine/call/call.ts'
import { checkInput, type GivenInput } from '../engine/call/input.ts'
import { estimated } from '../engine/read.ts'
import { audienceOf } from '../model/caller/audience.ts'
import { isCallable, type Procedure } from '../model/procedure.ts'
import type { RestEnv } from './env.ts'
import { type Prefer, parsePrefer } from './parse/prefer.ts'
import { splitCall } from './parse/request/call.ts'
import { readIdempotencyKey } from './parse/request/idempotency.ts'
import { type ParsedRead, parseRead } from './parse/request/read.ts'
import { presentRead } from './present/read.ts'
import { queryOf, refuseOtherSchema } from './target.ts'
import { allowTrial } from './write.ts'

/**
 * `POST /rest/v1/rpc/{name}`, and `GET` of what only reads.
 * Source: https://docs.postgrest.org/en/stable/references/api/functions.html
 */
export async function answerCall(context: Context<RestEnv>, method: 'GET' | 'POST'): Promise<Response> {
  const [timing, database, caller, server] = [
    context.get('timing'),
    context.get('database'),
    context.get('caller'),
    context.get('server'),
  ]
  const { raw, url } = context.req
  refuseOtherSchema(raw.headers.get(method === 'GET' ? 'accept-profile' : 'content-profile'))
  const procedure = findProcedure(context, context.req.param('name') ?? '')
  if (method === 'GET' && !procedure.declaration.readOnly) {
    throw new Problem('PGRST117', {
      message: `'${procedure.name}' writes: call it by POST`,
      headers: { allow: 'POST, OPTIONS' },
    })
  }
  const isRead = method === 'GET'
  const { values, query } = splitCall(queryOf(url), isRead ? procedure.parameters : null, server.limits)
  const given: GivenInput = isRead
    ? { values, areTexts: true }
    : { values: await bodyOf(raw, server.limits.bodyBytes), areTexts: false }
  const prefer = parsePrefer(raw.headers.get('prefer'), isRead ? 'list' : 'call')
  const parsed =
    procedure.returns === null ? null : readOf(context, procedure.returns.name, { query, prefer })
  if (parsed === null) refuseOfValue(procedure, query, prefer)
  if (prefer.tx === 'rollback') allowTrial(server.model)
  const input = await checkInput(procedure, given)
  const idempotencyKey = isRead ? null : readIdempotencyKey(raw.headers.get('idempotency-key'))
  timing.mark('parse')
  const isSingle = !procedure.declaration.readOnly && parsed?.accept.kind === 'object'
  const request = {
    procedure,
    given: given.values,
    input,
    set: parsed === null ? null : { ...parsed.request, isSingle, cap: prefer.maxAffected },
    idempotencyKey,
    consistency: prefer.consistency ?? ('session' as const),
    isTrial: prefer.tx === 'rollback',
  }
  const work = () =>
    call(request, { ...server, database, caller, timing, requestId: context.get('requestId') })
  const answer =
    idempotencyKey === null
      ? await work()
      : await server.running.during(idempotencyKey, caller, server.clock.nowMilliseconds(), work)
  // A call by POST is no read that a client could have the answer of.
  const ifNoneMatch = isRead ? raw.headers.get('if-none-match') : null
  const response = present(answer, { procedure, parsed, prefer, ifNoneMatch })
  if (answer.isReplay) response.headers.set('idempotency-replayed', 'true')
  return response
}

/** @throws Problem for what is asked of rows, and for arguments that are not there, where a value is answered */
function refuseOfValue({ name, parameters }: Procedure, query: string, prefer: Prefer): void {
  const [parameter] = new URLSearchParams(query).keys()
  if (parameter !== undefined) {
    throw new Problem('PGRST202', {
      message: `Could not find the function ${name} with the parameter '${parameter}'`,
      hint: `It is ${name}(${[...(parameters?.keys() ?? [])].join(', ')}), and answers a value, no rows`,
    })
  }
  if (prefer.maxAffected !== null) throw new Problem('PGRST128')
}

/** A procedure that the caller may not call is as one that is not there. */
function findProcedure(context: Context<RestEnv>, name: string): Procedure {
  const { model } = context.get('server')
  const audience = audienceOf(model.roles, context.get('caller'))
  const procedure = model.procedures.get(name)
  if (procedure !== undefined && isCallable(procedure, audience)) return procedure
  const callable = [...model.procedures.values()].filter((each) => isCallable(each, audience))
  throw new Problem('PGRST202', {
    message: `Could not find the function '${name}'`,
    hint:
      callable.length === 0
        ? 'You may call none: sign in.'
        : `Functions: ${callable.map((each) => each.name).join(', ')}`,
  })
}

async function bodyOf(request: Request, maxBytes: number): Promise<unknown> {
  const text = await readText(request, { maxBytes, invalid: 'PGRST102' })
  if (text === '') return {}
  if (utf8Type(request.headers.get('content-type')) !== 'application/json') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', { headers: { accept: 'application/json' } })
  }
  return parseJson(text, 'PGRST102', parseExactly)
}

function readOf(
  context: Context<RestEnv>,
  resource: string,
  { query, prefer }: { readonly query: string; readonly prefer: Prefer },
): ParsedRead {
  const { limits } = context.get('server')
  const parsed = parseRead({ resource, key: null, query, headers: context.req.raw.headers, limits })
  if (parsed.cursor === null) return { ...parsed, prefer }
  throw new Problem('PGRST100', {
    message: 'The rows of a function have no cursor',
    hint: 'Use limit and offset.',
  })
}

interface Asked {
  readonly procedure: Procedure
  /** Null of a procedure that answers a value. */
  readonly parsed: ParsedRead | null
  readonly prefer: Prefer
  readonly ifNoneMatch: string | null
}

function present({ text, columns }: CallAnswer, { procedure, parsed, prefer, ifNoneMatch }: Asked): Response {
  const answer = parsed === null ? null : takeApart(text)
  if (parsed === null || answer === null) return presentValue(text, prefer)
  const rows = estimated(answer, parsed.request.intent, columns)
  // What was done is not refused afterwards because its answer has no such page.
  const isDone = !procedure.declaration.readOnly && rows.total !== null && parsed.page.offset > rows.total
  return presentRead(isDone ? { ...rows, total: null } : rows, parsed, null, ifNoneMatch)
}

function presentValue(text: Uint8Array, { applied }: Prefer): Response {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (applied !== null) headers['preference-applied'] = applied
  if (text.length === 0) return new Response(null, { status: 204, headers })
  return new Response(text, { headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } })
}
