import type { Context } from 'hono'
import { parseJson, readText, utf8Type } from '../base/http/body.ts'
import { parseExactly } from '../base/http/exact-json.ts'
import { Problem } from '../base/problem.ts'
import type { RestEnv } from './env.ts'
import { type Prefer, parsePrefer } from './parse/prefer.ts'
import { type BatchOperation, parseBatch } from './parse/request/batch.ts'
import { presentWrite } from './present/write.ts'
import { refuseOtherSchema } from './target.ts'
import { perform } from './write.ts'

/**
 * `POST /rest/v1/`: several writes, all or nothing, in one transaction and one trip. The answer is a JSON array, in
 * their order: `[{ "status": 201, "headers": { … }, "body": … }, …]`.
 */
export async function answerBatch(context: Context<RestEnv>): Promise<Response> {
  const { limits, settings } = context.get('server')
  const { raw } = context.req
  refuseOtherSchema(raw.headers.get('content-profile'))
  if (utf8Type(raw.headers.get('content-type')) !== 'application/json') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', { headers: { accept: 'application/json' } })
  }
  const text = await readText(raw, { maxBytes: limits.bodyBytes, invalid: 'PGRST102' })
  const operations = parseBatch(parseJson(text, 'PGRST102', parseExactly), limits)
  const prefer = parsePrefer(raw.headers.get('prefer'), 'batch')
  const { answers, isReplay } = await perform(
    context,
    operations.map(({ parsed }) => parsed.request),
    { isTrial: isTrialOf(prefer, operations), isBatch: true },
  )
  const parts = await Promise.all(
    answers.map((answer, index) =>
      partOf(operations[index], (one) =>
        presentWrite(answer, one.parsed, { method: one.method, apiUrl: settings.apiUrl }),
      ),
    ),
  )
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  }
  if (prefer.applied !== null) headers['preference-applied'] = prefer.applied
  if (isReplay) headers['idempotency-replayed'] = 'true'
  return new Response(`[${parts.join(',')}]`, { status: 200, headers })
}

/** One transaction is undone as a whole, or not. @throws Problem PGRST122 when only some operations want it undone */
function isTrialOf({ tx }: Prefer, operations: readonly BatchOperation[]): boolean {
  const tried = operations.filter(({ parsed }) => parsed.prefer.tx === 'rollback')
  if (tx === 'rollback') return true
  if (tried.length > 0 && tried.length < operations.length) {
    throw new Problem('PGRST122', {
      message: 'tx=rollback is for all operations of a batch, or for none',
      hint: 'Send it in the Prefer header of the batch.',
    })
  }
  return tried.length > 0
}

const shown = ['content-range', 'etag', 'location', 'preference-applied']

async function partOf(
  operation: BatchOperation | undefined,
  present: (operation: BatchOperation) => Response,
): Promise<string> {
  if (operation === undefined) throw new RangeError('an answer has an operation')
  const response = present(operation)
  const headers = Object.fromEntries(
    shown.flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
  const body = await response.text()
  // The body is JSON already, and its numbers keep their digits.
  return `{"status":${response.status},"headers":${JSON.stringify(headers)},"body":${body === '' ? 'null' : body}}`
}
