import { type Scenario, scenarios } from '../../harness/scenario.ts'

const twoTags = '/rest/v1/tags?select=name&order=id&limit=2'

/** How the first two tags come back under a header. */
function preferring(prefer: string, status: number, range: string, applied: string | null): Scenario {
  return {
    name: `Prefer: ${prefer}`,
    as: 'anon',
    url: twoTags,
    headers: { prefer },
    status,
    json: [{ name: 'new' }, { name: 'sale' }],
    headersContain: {
      'content-range': range,
      vary: 'Prefer',
      ...(applied === null ? {} : { 'preference-applied': applied }),
    },
    ...(applied === null ? { headersLack: ['preference-applied'] } : {}),
    trips: 1,
  }
}

scenarios('preferences', [
  preferring('count=exact', 206, '0-1/11', 'count=exact'),
  preferring('count=planned', 206, '0-1/11', 'count=planned'),
  preferring('count=estimated', 206, '0-1/11', 'count=estimated'),
  preferring('handling=lenient, wish=unknown', 200, '0-1/*', 'handling=lenient'),
  preferring('count=exact, handling=strict', 206, '0-1/11', 'count=exact, handling=strict'),
  preferring('wish=unknown', 200, '0-1/*', null),
  preferring('count=all', 200, '0-1/*', null),
  {
    name: 'Prefer: handling=strict, wish=unknown',
    as: 'anon',
    url: twoTags,
    headers: { prefer: 'handling=strict, wish=unknown' },
    status: 400,
    contains: ['"code":"PGRST122"', 'wish=unknown'],
    trips: 0,
  },
])

const pages: readonly (readonly [
  query: string,
  range: string | null,
  status: number,
  contentRange: string,
])[] = [
  ['limit=2&offset=1', null, 200, '1-2/*'],
  ['', '3-4', 200, '3-4/*'],
  ['', '10-', 200, '10-10/*'],
  ['limit=5', '3-4', 200, '3-4/*'],
  ['offset=11', null, 200, '*/*'],
  ['limit=0', null, 200, '*/*'],
  ['', 'bytes=0-1', 200, '0-10/*'],
  ['limit=1000', null, 200, '0-10/*'],
]
const badPages: readonly (readonly [query: string, range: string | null, status: number, code: string])[] = [
  ['limit=1001', null, 400, 'LIMIT_ROWS'],
  ['limit=1000000000', null, 400, 'LIMIT_ROWS'],
  ['limit=99999999999999999999', null, 400, 'LIMIT_ROWS'],
  ['', '0-1000', 400, 'LIMIT_ROWS'],
  ['offset=100001', null, 400, 'LIMIT_OFFSET'],
  ['', '100001-', 400, 'LIMIT_OFFSET'],
  ['limit=-1', null, 416, 'PGRST103'],
  ['offset=-1', null, 416, 'PGRST103'],
  ['', '4-3', 416, 'PGRST103'],
  ['limit=2', '5-6', 416, 'PGRST103'],
  ['limit=1.5', null, 400, '22023'],
  ['limit=', null, 400, '22023'],
  ['limit=1&limit=2', null, 400, 'PGRST100'],
  ['select=products(id)&products.limit=1001', null, 400, 'LIMIT_ROWS'],
  ['select=products(id)&products.offset=100001', null, 400, 'LIMIT_OFFSET'],
]

scenarios('limit, offset, Range', [
  ...pages.map(
    ([query, range, status, contentRange]): Scenario => ({
      name: `${query} ${range ?? ''}`,
      as: 'anon',
      url: `/rest/v1/tags?select=name&order=id&${query}`,
      ...(range === null ? {} : { headers: { range } }),
      status,
      headersContain: { 'content-range': contentRange },
      trips: 1,
    }),
  ),
  ...badPages.map(
    ([query, range, status, code]): Scenario => ({
      name: `${query} ${range ?? ''}`,
      as: 'anon',
      url: `/rest/v1/tags?${query}`,
      ...(range === null ? {} : { headers: { range } }),
      status,
      contains: [`"code":"${code}"`],
      trips: 0,
    }),
  ),
])
