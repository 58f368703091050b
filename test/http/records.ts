import { expect, inject } from 'vitest'
import { integerValue, textOf, textValue } from '../../src/base/statement.ts'
import { startTiming } from '../../src/base/timing.ts'
import { connect } from '../../src/database/client.ts'
import { send, type TestAnswer, type TestRequest } from '../harness/request.ts'

/** What an operator asks of the database itself. */
export async function query(
  sql: string,
  ...args: readonly (string | number)[]
): Promise<readonly (readonly (string | null)[])[]> {
  const database = connect({ url: inject('bindings').DATABASE_URL ?? '', token: null })
  const values = args.map((arg) => (typeof arg === 'number' ? integerValue(arg) : textValue(arg)))
  const { rows } = await database.run({ sql, args: values }, startTiming())
  return rows.map((row) => row.map((value) => textOf(value)))
}

/** How many rows. */
export async function counted(from: string, ...args: readonly (string | number)[]): Promise<number> {
  const [row] = await query(`select count(*) from ${from}`, ...args)
  return Number(row?.[0])
}

/** What requests left beside the rows that they wrote: operations in the audit, and events. */
export async function records(...requestIds: readonly string[]) {
  const ids = JSON.stringify(requestIds)
  const where = 'where request_id in (select value from json_each(?)) order by id'
  const [audit, events] = await Promise.all([
    query(`select operation || ' ' || resource from selvage_audit ${where}`, ids),
    query(`select event from selvage_outbox ${where}`, ids),
  ])
  return { audit: audit.flat(), events: events.flat() }
}

/** A request that must be answered so. */
export async function asked(
  status: number,
  request: TestRequest,
): Promise<TestAnswer & { readonly json: unknown }> {
  const answer = await send(request)
  expect(answer.status, `${request.url}: ${answer.text}`).toBe(status)
  return { ...answer, json: answer.text === '' ? null : JSON.parse(answer.text) }
}
