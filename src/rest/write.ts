import type { Context } from 'hono'
import { Problem } from '../base/problem.ts'
import { type WriteOptions, type Written, write } from '../engine/write/write.ts'
import type { Model } from '../model/model.ts'
import type { WriteRequest } from '../query/write/intent.ts'
import type { RestEnv } from './env.ts'
import { parseBody } from './parse/body/body.ts'
import { readIdempotencyKey } from './parse/request/idempotency.ts'
import { parseWrite, parseWriteHead, type WriteMethod } from './parse/request/write.ts'
import { presentWrite } from './present/write.ts'
import { queryOf, refuseOtherSchema } from './target.ts'

/** `POST`, `PATCH`, `PUT` and `DELETE` of a list or an item: one trip. */
export async function answerWrite(
  context: Context<RestEnv>,
  method: WriteMethod,
  key: readonly string[] | null,
): Promise<Response> {
  const { limits } = context.get('server')
  const { url, raw } = context.req
  refuseOtherSchema(raw.headers.get('content-profile'))
  const head = parseWriteHead({
    method,
    resource: context.req.param('resource') ?? '',
    key,
    query: queryOf(url),
    headers: raw.headers,
    limits,
  })
  const body =
    method === 'DELETE'
      ? null
      : await parseBody(raw, {
          maxBytes: limits.bodyBytes,
          maxRows: limits.bodyRows,
          maxCells: limits.bodyCells,
          columns: head.columns,
          missing: head.prefer.missing ?? 'null',
        })
  const parsed = parseWrite(head, body)
  const isTrial = head.prefer.tx === 'rollback'
  const { answers, isReplay } = await perform(context, [parsed.request], { isTrial, isBatch: false })
  const [answer] = answers
  if (answer === undefined) throw new RangeError('a write has an answer')
  const response = presentWrite(answer, parsed, { method, apiUrl: context.get('server').settings.apiUrl })
  if (isReplay) response.headers.set('idempotency-replayed', 'true')
  return response
}

/** One transaction, done once where the client named the request. */
export async function perform(
  context: Context<RestEnv>,
  requests: readonly WriteRequest[],
  options: Pick<WriteOptions, 'isTrial' | 'isBatch'>,
): Promise<Written> {
  const [timing, requestId, database, caller, server] = [
    context.get('timing'),
    context.get('requestId'),
    context.get('database'),
    context.get('caller'),
    context.get('server'),
  ]
  if (options.isTrial) allowTrial(server.model)
  const idempotencyKey = readIdempotencyKey(context.req.raw.headers.get('idempotency-key'))
  timing.mark('parse')
  const asked = { ...server, database, shards: context.get('shards'), caller, timing, requestId }
  const work = () => write(requests, { idempotencyKey, ...options }, asked)
  return idempotencyKey === null
    ? work()
    : server.running.during(idempotencyKey, caller, server.clock.nowMilliseconds(), work)
}

/** @throws Problem PGRST122 where the backend does not serve `Prefer: tx=rollback`: what was to be tried is not done */
export function allowTrial({ declaration }: Model): void {
  if (declaration.trials === true) return
  throw new Problem('PGRST122', {
    message: 'tx=rollback is not served here',
    hint: 'The backend allows it with `trials: true`.',
  })
}
