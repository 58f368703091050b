import { defaultLimits } from '../../../src/base/limits.ts'
import { textOf, type Value } from '../../../src/base/statement.ts'
import type { Caller } from '../../../src/model/caller/caller.ts'
import type { WriteRequest } from '../../../src/query/write/intent.ts'
import { parseBody } from '../../../src/rest/parse/body/body.ts'
import { parseWrite, parseWriteHead, type WriteMethod } from '../../../src/rest/parse/request/write.ts'
import type { Stage } from '../stage.ts'

/** A write as it stands in HTTP: `PATCH things?id=eq.1`, or `PUT things/1` for one item. */
export async function tell(
  line: string,
  body: unknown = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<WriteRequest> {
  const [method = '', target = ''] = line.split(' ')
  const [place = '', query = ''] = target.split(/\?(.*)/s)
  const [resource = '', key] = place.split('/')
  const head = parseWriteHead({
    method: method as WriteMethod,
    resource,
    key: key === undefined ? null : key.split(','),
    query,
    headers: new Headers(headers),
    limits: defaultLimits,
  })
  if (body === null) return parseWrite(head, null).request
  const sent = new Request('http://localhost/', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  const options = {
    maxBytes: 1_000_000,
    maxRows: 1_000,
    maxCells: 400_000,
    columns: head.columns,
    missing: 'null' as const,
  }
  return parseWrite(head, await parseBody(sent, options)).request
}

/** An own name for each write, by which what it left is found. */
let requests = 0

/** Writes, and says what that left. */
export async function written(stage: Stage, caller: Caller, ...writes: readonly WriteRequest[]) {
  requests += 1
  const requestId = `request-${requests}`
  const answer = await stage.writeAll(writes, caller, requestId)
  return { ...answer, ...(await left(stage, requestId)), requestId }
}

/** What a write left, in its order. */
export async function left(stage: Stage, requestId: string) {
  const of: Value = { type: 'text', value: requestId }
  const audit = await stage.query(
    'select operation, resource, key, before, after from selvage_audit where request_id = ? order by id',
    of,
  )
  const outbox = await stage.query(
    'select event, payload from selvage_outbox where request_id = ? and sent_at is null order by id',
    of,
  )
  return {
    audit: audit.rows.map(([operation, resource, key, before, after]) => ({
      what: `${textOf(operation)} ${textOf(resource)} ${textOf(key)}`,
      before: textOf(before),
      after: textOf(after),
    })),
    events: outbox.rows.map(([event, payload]) => `${textOf(event)} ${textOf(payload)}`),
  }
}

export async function emptied(stage: Stage): Promise<void> {
  for (const table of ['things', 'parts', 'wide', 'plain', 'selvage_audit', 'selvage_outbox'])
    await stage.query(`delete from ${table}`)
}
