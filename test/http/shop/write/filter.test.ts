import { beforeAll, expect } from 'vitest'
import { seedId } from '../../../../src/backend/seed.ts'
import { send } from '../../../harness/request.ts'
import { type Scenario, scenarios } from '../../../harness/scenario.ts'
import { stored } from '../../written.ts'

/** Which rows a PATCH changes: those that its filters choose, and no other. */

const products = '/rest/v1/products'
const colours = ['red', 'green', 'blue']
/** Nine products of this file, `fi-1` to `fi-9`; the last three are in another category. */
const rows = Array.from({ length: 9 }, (_, n) => ({
  id: `fi-${n + 1}`,
  category_id: seedId('category', n < 6 ? 1 : 2),
  name: `filterling ${n + 1}`,
  description: n % 2 === 0 ? 'an odd zither' : 'an even harp',
  price_cents: 100 * (n + 1),
  cost_cents: n,
  attributes: { colour: colours[n % 3], size: { wide: n }, tags: [n] },
  published: true,
}))

beforeAll(async () => {
  const { status, text } = await send({ as: 'grace', url: products, body: rows })
  expect(status, text).toBe(201)
})

let step = 0

/** The numbers of those that the filter chooses: changed as they are meant to be, and no other. */
function chooses(filter: string, numbers: readonly number[], more = ''): Scenario {
  step += 1
  const stock = 1_000 + step
  return {
    name: `PATCH ?${filter}`,
    as: 'grace',
    method: 'PATCH',
    url: `${products}?id=like.fi-*&${filter}&select=id${more}&order=id`,
    body: { stock },
    headers: { prefer: 'return=representation, count=exact' },
    status: 200,
    headersContain: {
      'content-range': numbers.length === 0 ? '*/0' : `0-${numbers.length - 1}/${numbers.length}`,
    },
    trips: 1,
    check: async ({ text }) => {
      const wanted = numbers.map((n) => `fi-${n}`)
      expect(JSON.parse(text).map(({ id }: { id: string }) => id)).toEqual(wanted)
      const changed = await stored(`products?select=id&stock=eq.${stock}&order=id`)
      expect(changed.map(({ id }) => id)).toEqual(wanted)
    },
  }
}

scenarios('every kind of filter', [
  chooses('price_cents=gte.300&price_cents=lt.500', [3, 4]),
  chooses('or=(id.eq.fi-1,and(price_cents.gt.700,name.like.*9))', [1, 9]),
  chooses('not.and=(price_cents.gt.100,price_cents.lt.900)', [1, 9]),
  chooses('id=in.(fi-2,"fi-3",none)', [2, 3]),
  chooses('name=ilike.FILTERLING%208', [8]),
  chooses('name=match.^filter.*[56]$', [5, 6]),
  chooses('attributes->>colour=eq.red', [1, 4, 7]),
  chooses('attributes->size->>wide=eq.3', [4]),
  chooses('attributes->size->wide=gt.6', [8, 9]),
  chooses('attributes=cs.{"colour":"blue"}', [3, 6, 9]),
  chooses('description=fts.zither', [1, 3, 5, 7, 9]),
  chooses('description=not.fts.zither&price_cents=lt.500', [2, 4]),
  chooses('name=like(any).{*1,*2}', [1, 2]),
  chooses('published=is.true&stock=not.is.null&id=isdistinct.fi-9', [1, 2, 3, 4, 5, 6, 7, 8]),
  chooses(`category.id=eq.${seedId('category', 2)}&category=not.is.null`, [7, 8, 9], ',category()'),
  chooses(`category.id=eq.${seedId('category', 2)}&category=is.null`, [1, 2, 3, 4, 5, 6], ',category(id)'),
  chooses('order_items=not.is.null', [], ',order_items()'),
  chooses('id=eq.none', []),
])
