import { afterAll, beforeAll, expect, test } from 'vitest'
import backend from '../../src/backend/index.ts'
import seed from '../../src/backend/seed.ts'
import { defaultLimits } from '../../src/base/limits.ts'
import { Problem } from '../../src/base/problem.ts'
import { service } from '../../src/model/caller/caller.ts'
import { parseRead } from '../../src/rest/parse/request/read.ts'
import { presentRead } from '../../src/rest/present/read.ts'
import { type Stage, startStage } from '../sql/stage.ts'

let stage: Stage
const rows = 10_050

beforeAll(async () => {
  stage = await startStage(backend, seed('small'))
  await stage.query(`insert into tags (id, name, published, created_at, updated_at)
    with recursive n (i) as (values (1) union all select i + 1 from n where i < ${rows})
    select 'many-' || i, 'many ' || i, 1, 0, 0 from n`)
})

afterAll(() => stage.stop())

async function outcome(
  query: string,
  count: string,
): Promise<readonly [status: number, range: string | null]> {
  const parsed = parseRead({
    resource: 'tags',
    key: null,
    query: `select=id&id=like.many-*&${query}`,
    headers: new Headers({ prefer: `count=${count}` }),
    limits: defaultLimits,
  })
  const { body, ...answer } = await stage.read(parsed.request, service)
  try {
    const { status, headers } = presentRead({ ...answer, body: Buffer.from(body) }, parsed, null, null)
    return [status, headers.get('content-range')]
  } catch (error) {
    if (error instanceof Problem && error.code === 'PGRST103') return [416, null]
    throw error
  }
}

test.each([
  ['limit=2', 'exact', 206, `0-1/${rows}`],
  ['limit=2&offset=10048', 'exact', 206, `10048-10049/${rows}`],
  ['limit=2&offset=10051', 'exact', 416, null],
  ['limit=2', 'planned', 206, '0-1/10001'],
  ['limit=2', 'estimated', 206, '0-1/10001'],
  ['limit=2&offset=10040', 'planned', 206, '10040-10041/10042'],
  ['limit=2&offset=10040', 'estimated', 206, '10040-10041/10042'],
  ['limit=2&id=eq.many-7', 'planned', 200, '0-0/1'],
  ['limit=2&id=eq.many-7&offset=5', 'planned', 416, null],
])('%s, count=%s', async (query, count, status, range) => {
  expect(await outcome(query, count)).toEqual([status, range])
})
