import type { Context } from 'hono'
import { write } from '../engine/write.ts'
import type { RestEnv } from './env.ts'
import { parseBody } from './parse/body/body.ts'
import { parseWrite, parseWriteHead, type WriteMethod } from './parse/request/write.ts'
import { presentWrite } from './present-write.ts'
import { queryOf, refuseOtherSchema } from './target.ts'

/** `POST`, `PATCH`, `PUT` and `DELETE` of a list or an item: one trip. */
export async function answerWrite(
  context: Context<RestEnv>,
  method: WriteMethod,
  key: readonly string[] | null,
): Promise<Response> {
  const [timing, database, caller, server] = [
    context.get('timing'),
    context.get('database'),
    context.get('caller'),
    context.get('server'),
  ]
  const { url, raw } = context.req
  refuseOtherSchema(raw.headers.get('content-profile'))
  const head = parseWriteHead({
    method,
    resource: context.req.param('resource') ?? '',
    key,
    query: queryOf(url),
    headers: raw.headers,
    limits: server.limits,
  })
  const body =
    method === 'DELETE'
      ? null
      : await parseBody(raw, {
          maxBytes: server.limits.bodyBytes,
          maxRows: server.limits.bodyRows,
          columns: head.columns,
          missing: head.prefer.missing ?? 'null',
        })
  const parsed = parseWrite(head, body)
  timing.mark('parse')
  const answer = await write(parsed.request, { ...server, database, caller, timing })
  return presentWrite(answer, parsed, method)
}
