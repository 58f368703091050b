import { defaultLimits } from '../../src/base/limits.ts'
import type { Caller } from '../../src/model/caller/caller.ts'
import type { ReadRequest } from '../../src/query/intent.ts'
import { parseRead } from '../../src/rest/parse/request/read.ts'
import type { Stage } from './stage.ts'

/** A read as it stands in a URL: `orders?select=id`, or `orders/1` for one item. */
export function ask(path: string, headers: Readonly<Record<string, string>> = {}): ReadRequest {
  const [place = '', query = ''] = path.split(/\?(.*)/s)
  const [resource = '', key] = place.split('/')
  return parseRead({
    resource,
    key: key === undefined ? null : key.split(','),
    query,
    headers: new Headers(headers),
    limits: defaultLimits,
  }).request
}

/** The rows of an answer. */
export async function rowsOf(stage: Stage, path: string, caller: Caller): Promise<unknown> {
  return JSON.parse((await stage.read(ask(path), caller)).body)
}
