import { describe, expect, test } from 'vitest'
import { ada, bob, grace, seedId } from '../../../src/backend/seed.ts'
import { type Asker, send } from '../../harness/request.ts'
import { nextOf, rowsOf, walk } from '../walk.ts'

/** Ids of the seed begin with 01941f29: other tests sign up users of today, who are not counted here. */
const afterSeed = '01941f2a'

/** How many rows of the seed there are, for each who asks; null where the resource does not exist for them. */
const counts: readonly (readonly [resource: string, counts: Readonly<Record<string, number | null>>])[] = [
  ['users', { anon: null, ada: 1, bob: 1, grace: 6, linus: 6, service: 6 }],
  ['categories', { anon: 7, ada: 7, bob: 7, grace: 8, linus: 8, service: 8 }],
  ['products', { anon: 36, ada: 36, bob: 36, grace: 40, linus: 40, service: 40 }],
  ['orders', { anon: null, ada: 13, bob: 9, grace: 30, linus: 30, service: 30 }],
  ['reviews', { anon: 36, ada: 38, bob: 36, grace: 40, linus: 40, service: 40 }],
  ['tags', { anon: 11, ada: 11, bob: 11, grace: 12, linus: 12, service: 12 }],
]

describe('how many rows each caller has: as a list, as a count, as an aggregate, on pages', () => {
  for (const [resource, expected] of counts) {
    for (const [as, rows] of Object.entries(expected)) {
      test(`${resource} of ${as}: ${rows ?? 'nothing of that name'}`, async () => {
        const list = `/rest/v1/${resource}?select=id&id=lt.${afterSeed}&order=id`
        const answer = await send({ as, url: list, headers: { prefer: 'count=exact' } })
        if (rows === null) {
          expect([answer.status, answer.trips]).toEqual([404, 0])
          return
        }
        const seen: readonly { readonly id: string }[] = JSON.parse(answer.text)
        expect([answer.status, seen.length]).toEqual([200, rows])
        expect(answer.headers.get('content-range')).toBe(`0-${rows - 1}/${rows}`)
        const aggregate = await send({ as, url: `/rest/v1/${resource}?select=count()&id=lt.${afterSeed}` })
        expect(aggregate.text).toBe(JSON.stringify([{ count: rows }]))
        expect(rowsOf(await walk(as, `${list}&limit=7`))).toEqual(seen)
      })
    }
  }
})

/** Way to rows of bob for ada, who has none of them; and for bob, who has. */
const ways: readonly (readonly [way: string, url: string, none: string])[] = [
  ['a filter', `orders?user_id=eq.${bob.id}&select=id&limit=1`, '[]'],
  ['a list', `orders?id=in.(${seedId('order', 1)},${seedId('order', 4)})&select=id`, '[]'],
  ['not', `orders?user_id=not.eq.${ada.id}&select=id&limit=1`, '[]'],
  ['or', `orders?or=(user_id.eq.${bob.id},id.eq.${seedId('order', 1)})&select=id`, '[]'],
  ['a count', `orders?user_id=eq.${bob.id}&select=count()`, '[{"count":0}]'],
  ['a sum', `orders?user_id=eq.${bob.id}&select=total_cents.sum()`, '[{"sum":null}]'],
  ['groups', `orders?user_id=eq.${bob.id}&select=status,count()`, '[]'],
  ['items', `order_items?order_id=eq.${seedId('order', 1)}&select=id&limit=1`, '[]'],
  [
    'items of an inner order',
    `order_items?select=id,order!inner(user_id)&order.user_id=eq.${bob.id}&limit=1`,
    '[]',
  ],
  [
    'products that were ordered',
    `products?select=id,order_items!inner(orders!inner())&order_items.orders.user_id=eq.${bob.id}&limit=1`,
    '[]',
  ],
  ['a profile', `users?id=eq.${bob.id}&select=id`, '[]'],
]

describe("another's rows are as absent", () => {
  for (const [way, url, none] of ways) {
    test(way, async () => {
      const [other, owner] = [
        await send({ as: 'ada', url: `/rest/v1/${url}` }),
        await send({ as: 'bob', url: `/rest/v1/${url}` }),
      ]
      expect([other.status, other.text, other.trips]).toEqual([200, none, 1])
      // `not` of one's own id is the other way round.
      if (way !== 'not') expect(owner.text).not.toBe(none)
    })
  }

  test('an item of another, one that is not there, and a key of another form are one answer', async () => {
    const answers = await Promise.all(
      [seedId('order', 1), seedId('order', 999), 'none'].map((key) =>
        send({ as: 'ada', url: `/rest/v1/orders/${key}` }),
      ),
    )
    const [first, ...more] = answers.map(({ status, text, trips }) => [status, text, trips])
    expect(first).toEqual([404, expect.stringContaining('NOT_FOUND'), 1])
    for (const answer of more) expect(answer).toEqual(first)
  })

  test('what is embedded has the same policies at each hop', async () => {
    const url = `/rest/v1/products?select=id,reviews(user_id,author(id)),order_items(order(user_id)),tags(published)&order=id`
    const rows = await send({ as: 'ada', url })
    expect(rows.status).toBe(200)
    for (const id of [bob.id, grace.id]) expect(rows.text).not.toContain(`"author":{"id":"${id}"`)
    expect(rows.text).not.toContain(`{"order":{"user_id":"${bob.id}"`)
    expect(rows.text).not.toContain('"published":false')
    expect(rows.text).toContain(`"order":{"user_id":"${ada.id}"`)
  })
})

describe('a cursor is for its caller and its query alone', () => {
  const list = '/rest/v1/products?select=id&order=price_cents,id&limit=3'
  const cursorOf = async (as: Asker, url = list) => {
    const next = nextOf(await send({ as, url }))
    return new URL(next ?? '', 'http://x').searchParams.get('cursor') ?? ''
  }
  const ask = (as: Asker, url: string, cursor: string) =>
    send({ as, url: `${url}&cursor=${encodeURIComponent(cursor)}` })

  test('whatever the limit', async () => {
    const cursor = await cursorOf('ada')
    const answer = await ask('ada', list.replace('limit=3', 'limit=2'), cursor)
    expect([answer.status, answer.trips]).toEqual([200, 1])
    expect(JSON.parse(answer.text)).toHaveLength(2)
  })

  const refused: readonly (readonly [
    what: string,
    as: Asker,
    url: string,
    change: (cursor: string) => string,
  ])[] = [
    ['another user', 'bob', list, (cursor) => cursor],
    ['nobody', 'anon', list, (cursor) => cursor],
    ['the service', 'service', list, (cursor) => cursor],
    ['another order', 'ada', list.replace('price_cents,id', 'price_cents.desc,id'), (cursor) => cursor],
    ['another selection', 'ada', list.replace('select=id', 'select=id,name'), (cursor) => cursor],
    ['another filter', 'ada', `${list}&stock=gt.0`, (cursor) => cursor],
    [
      'another resource',
      'ada',
      list.replace('products', 'categories').replace('price_cents,id', 'id'),
      (cursor) => cursor,
    ],
    [
      'an order without a unique end',
      'ada',
      list.replace('price_cents,id', 'price_cents'),
      (cursor) => cursor,
    ],
    [
      'an edited payload',
      'ada',
      list,
      (cursor) => `${btoa('[0,""]').replaceAll('=', '')}.${cursor.split('.')[1]}`,
    ],
    [
      'an edited signature',
      'ada',
      list,
      (cursor) => cursor.slice(0, -2) + (cursor.at(-2) === 'A' ? 'B' : 'A') + cursor.slice(-1),
    ],
    ['no signature', 'ada', list, (cursor) => cursor.split('.')[0] ?? ''],
    ['nothing', 'ada', list, () => ''],
    ['SQL', 'ada', list, () => "' or 1=1 --"],
    ['many dots', 'ada', list, (cursor) => `${cursor}.${cursor}`],
    ['an offset beside', 'ada', `${list}&offset=1`, (cursor) => cursor],
  ]
  for (const [what, as, url, change] of refused) {
    test(`refused: ${what}`, async () => {
      const answer = await ask(as, url, change(await cursorOf('ada')))
      expect([answer.status, answer.trips], answer.text).toEqual([400, 0])
      expect(['CURSOR_INVALID', 'PGRST100', '42703']).toContain(JSON.parse(answer.text).code)
    })
  }

  test('its payload says only what the caller was shown', async () => {
    const cursor = await cursorOf('ada')
    const [price, id, ...more] = JSON.parse(Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString())
    expect([typeof price, typeof id, more]).toEqual(['number', 'string', []])
  })
})
