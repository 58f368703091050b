import { parseJson } from '../../../src/base/http/body.ts'
import { parseExactly } from '../../../src/base/http/exact-json.ts'
import { defaultLimits } from '../../../src/base/limits.ts'
import type { Caller } from '../../../src/model/caller/caller.ts'
import type { WriteRequest } from '../../../src/query/write/intent.ts'
import { rowsOfJson } from '../../../src/rest/parse/body/rows.ts'
import { parseWrite, parseWriteHead, type WriteMethod } from '../../../src/rest/parse/request/write.ts'
import { plain } from '../exchange.ts'
import type { Stage } from '../stage.ts'

/** A write as it stands in a request: `PATCH`, `orders?id=eq.1`, its body and its headers. */
export interface Ask {
  readonly method: WriteMethod
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export function askWrite({ method, path, body, headers = {} }: Ask): WriteRequest {
  const [place = '', query = ''] = path.split(/\?(.*)/s)
  const [resource = '', key] = place.split('/')
  const head = parseWriteHead({
    method,
    resource,
    key: key === undefined ? null : key.split(','),
    query,
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    limits: defaultLimits,
  })
  if (body === undefined) return parseWrite(head, null).request
  const rows = rowsOfJson(parseJson(JSON.stringify(body), 'PGRST102', parseExactly), {
    maxBytes: defaultLimits.bodyBytes,
    maxRows: defaultLimits.bodyRows,
    maxCells: 400_000,
    columns: head.columns,
    missing: head.prefer.missing ?? 'null',
  })
  return parseWrite(head, rows).request
}

/** The statements of a write with their parameters, line by line, and what came of them. */
export async function exchangeWrite(stage: Stage, ask: Ask, caller: Caller) {
  const { sent, ...answer } = await stage.write(askWrite(ask), caller)
  return {
    ...answer,
    statements: sent.map(({ sql, args }) =>
      args.length === 0
        ? sql
        : `${sql}\n  -- ${args.map((value) => withoutTime(plain(value, caller))).join(' | ')}`,
    ),
  }
}

/** The time of the request stands in the JSON of many rows, too. */
function withoutTime(text: string): string {
  return text.replace(/\b\d{13}\b/g, (digits) =>
    Math.abs(Date.now() - Number(digits)) < 60_000 ? '(now)' : digits,
  )
}
