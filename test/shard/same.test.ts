/**
 * The same rows in one database and over three shards: whatever list is asked for, the answers are the same bytes.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parameters } from '../property/run.ts'
import { fill } from './rows.ts'
import { type Answer, type Ask, people, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
  await fill(world, 14)
}, 60_000)
afterAll(() => world.stop())

interface Question {
  readonly path: string
  readonly as: string
  readonly headers: Readonly<Record<string, string>>
}

const columns = [
  'status',
  'note',
  'total',
  'weight',
  'amount',
  'paid',
  'at',
  'user_id',
  'data->n',
  'data->>n',
]
const direction = fc.constantFrom('', '.asc', '.desc', '.desc.nullslast', '.asc.nullsfirst')
const term = fc.tuple(fc.constantFrom(...columns, 'tag'), direction).map((parts) => parts.join(''))
/** The key at the end, so that nothing is left to chance. */
const order = fc
  .tuple(
    fc.array(term, { maxLength: 3 }),
    fc.constantFrom('id,user_id', 'user_id.desc,id', 'id.desc,user_id.desc'),
  )
  .map(([terms, key]) => `order=${[...terms, key].join(',')}`)
const select = fc.constantFrom(
  '',
  'select=*,order_items(line,name)&order_items.order=line.desc',
  'select=id,user_id,s:status,order_items!inner(count)',
  'select=data->n,note,amount,weight,total',
  `select=${[...columns.slice(0, 8), 'tag'].join(',')}`,
)
const filter = fc.constantFrom(
  'total=gte.0',
  'note=not.is.null',
  'status=in.(paid,draft)',
  'or=(paid.is.true,weight.lt.1)',
  `user_id=in.(${people.slice(1, 4).join(',')})`,
  `user_id=eq.${people[3]}`,
  'user_id=neq.user-1',
  'user_id=eq.nobody',
  'user_id=in.()',
  'note=match.^[a-z]',
  'note=match.[',
  'total=eq.x',
  'data->n=eq.1',
)
const question: fc.Arbitrary<Question> = fc
  .record({
    order: fc.option(order, { nil: '' }),
    select,
    filters: fc.array(filter, { maxLength: 2 }),
    limit: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
    offset: fc.option(fc.integer({ min: 0, max: 130 }), { nil: null }),
    count: fc.constantFrom('', 'count=exact', 'count=estimated'),
    accept: fc.constantFrom(
      'application/json',
      'text/csv',
      'application/vnd.pgrst.array+json;nulls=stripped',
    ),
    as: fc.constantFrom('service', people[0] ?? '', people[1] ?? '', 'gone', 'nobody'),
  })
  .map(({ order, select, filters, limit, offset, count, accept, as }) => ({
    path: `orders?${[
      select,
      ...filters,
      order,
      limit === null ? '' : `limit=${limit}`,
      offset === null ? '' : `offset=${offset}`,
    ]
      .filter((part) => part !== '')
      .join('&')}`,
    as,
    headers: { accept, ...(count === '' ? {} : { prefer: count }) },
  }))

const compared = ['content-type', 'content-range', 'link', 'etag', 'preference-applied'] as const

function both(path: string, asked: Ask): Promise<[Answer, Answer]> {
  return Promise.all([world.ask('single', path, asked), world.ask('sharded', path, asked)])
}

function told({ status, headers, text }: Answer) {
  return { status, headers: compared.map((name) => headers.get(name)), text }
}

test('any list is the same bytes, page by page', async () => {
  let pages = 0
  await fc.assert(
    fc.asyncProperty(question, async ({ path, as, headers }) => {
      for (let next: string | null = path; next !== null; ) {
        const asked = { as, headers }
        const [single, sharded] = await both(next, asked)
        expect(told(sharded), next).toEqual(told(single))
        pages += 1
        const link: string | null = sharded.headers.get('link')
        next = link === null ? null : (/^<([^>]+)>/.exec(link)?.[1] ?? null)
      }
    }),
    parameters(250),
  )
  expect(pages).toBeGreaterThan(400)
}, 300_000)

test.each([
  ['readings?order=value.desc,device,at&limit=7', 'nobody'],
  ['readings?device=eq.-2', 'nobody'],
  ['readings?device=in.(1,2,%203)&order=at.desc,device', 'nobody'],
  ['order_items?select=line,orders(id,status)&order=orders(status).desc,user_id,order_id,line', 'service'],
  ['order_items?order=orders(total),user_id,order_id,line&select=*,orders(total)&limit=9', 'service'],
  [`orders/${people[2]},order-3`, 'service'],
  [`orders/${people[2]},order-3`, people[3] ?? ''],
  [`orders?select=count()&user_id=eq.${people[2]}`, 'service'],
  ['orders?select=status,count(),total.max()&order=status', people[4] ?? ''],
])('%s as %s', async (path, as) => {
  const [single, sharded] = await both(path, { as })
  expect(told(sharded)).toEqual(told(single))
})
