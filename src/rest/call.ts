import type { Context } from 'hono'
import { parseJson, readText, utf8Type } from '../base/http/body.ts'
import { parseExactly } from '../base/http/exact-json.ts'
import { Problem } from '../base/problem.ts'
import { takeApart } from '../engine/answer.ts'
import { type CallAnswer, call } from '../engine/call/call.ts'
import { checkInput, type GivenInput } from '../engine/call/input.ts'
import { estimated } from '../engine/read.ts'
import { audienceOf } from '../model/caller/audience.ts'
import { isCallable, isSchema, type Procedure } from '../model/procedure.ts'
import type { RestEnv } from './env.ts'
import { splitCall } from './parse/request/call.ts'
import { readIdempotencyKey } from './parse/request/idempotency.ts'
import { type ParsedRead, parseRead } from './parse/request/read.ts'
import { presentRead } from './present/read.ts'
import { queryOf, refuseOtherSchema } from './target.ts'

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
  const { values, query } = splitCall(
    queryOf(url),
    method === 'GET' && !isSchema(procedure.parameters) ? procedure.parameters : null,
    server.limits,
  )
  const given: GivenInput =
    method === 'GET'
      ? { values, areTexts: true }
      : { values: await bodyOf(raw, server.limits.bodyBytes), areTexts: false }
  const parsed = procedure.returns === null ? null : readOf(context, procedure.returns.name, query)
  const input = await checkInput(procedure, given)
  const idempotencyKey = method === 'GET' ? null : readIdempotencyKey(raw.headers.get('idempotency-key'))
  timing.mark('parse')
  const request = { procedure, input, set: parsed?.request ?? null, idempotencyKey }
  const work = () =>
    call(request, { ...server, database, caller, timing, requestId: context.get('requestId') })
  const answer =
    idempotencyKey === null
      ? await work()
      : await server.running.during(idempotencyKey, caller, server.clock.nowMilliseconds(), work)
  return present(answer, parsed, raw.headers.get('if-none-match'))
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

function readOf(context: Context<RestEnv>, resource: string, query: string): ParsedRead {
  const { limits } = context.get('server')
  const parsed = parseRead({ resource, key: null, query, headers: context.req.raw.headers, limits })
  if (parsed.cursor === null) return parsed
  throw new Problem('PGRST100', {
    message: 'The rows of a function have no cursor',
    hint: 'Use limit and offset.',
  })
}

function present(
  { kind, text, columns, isReplay }: CallAnswer,
  parsed: ParsedRead | null,
  ifNoneMatch: string | null,
): Response {
  const replayed = isReplay ? { 'idempotency-replayed': 'true' } : {}
  if (kind === 'value' || parsed === null) {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...replayed,
    }
    return new Response(text, { headers })
  }
  const answer = takeApart(text)
  if (answer === null) throw new RangeError('a set has its own form')
  const response = presentRead(estimated(answer, parsed.request.intent, columns), parsed, null, ifNoneMatch)
  if (isReplay) response.headers.set('idempotency-replayed', 'true')
  return response
}
