import type { Value } from '../../src/base/statement.ts'
import type { Caller } from '../../src/model/caller/caller.ts'
import { ask } from './ask.ts'
import type { Stage } from './stage.ts'

/** What was sent and what came back, with the parts of a run that no other run has named. */
export async function exchange(
  stage: Stage,
  path: string,
  caller: Caller,
  headers: Readonly<Record<string, string>> = {},
) {
  const answer = await stage.read(ask(path, headers), caller)
  return {
    sql: answer.sent.sql,
    args: answer.sent.args.map((value) => plain(value, caller)).join(' | '),
    body: answer.body,
    total: answer.total,
    mark: answer.mark,
  }
}

/** A parameter as it is shown: what a run alone has, by its name. */
export function plain(value: Value, caller: Caller): string {
  if (value.type === 'text' && caller.kind === 'user' && value.value === caller.sessionId) return '(session)'
  if (value.type === 'integer' && Math.abs(Date.now() - Number(value.value)) < 60_000) return '(now)'
  return value.type === 'null' ? 'null' : value.type === 'blob' ? value.base64 : String(value.value)
}
