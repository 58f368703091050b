import { beforeAll, describe, expect, test } from 'vitest'
import { send } from '../harness/request.ts'
import { leakIn } from './leak.ts'

const id = '01941f29-7c00-7007-8000-000000000000'
const nested = (depth: number): string => `${'parent('.repeat(depth)}id${')'.repeat(depth)}`
const tree = (depth: number): string => `${'(or'.repeat(depth)}(id.eq.1)${')'.repeat(depth)}`

/** What is asked for, and how it may be answered. Nothing here is a mistake of the server. */
const inputs: readonly (readonly [path: string, status: number, code?: string])[] = [
  // Names of JavaScript's own.
  ['__proto__', 404, 'PGRST205'],
  ['constructor', 404, 'PGRST205'],
  ['toString', 404, 'PGRST205'],
  ['tags?select=__proto__', 400, '42703'],
  ['tags?select=constructor,hasOwnProperty', 400, '42703'],
  ['tags?__proto__=eq.1', 400, '42703'],
  ['tags?order=valueOf', 400, '42703'],
  ['tags?select=__proto__(id)', 400, 'PGRST200'],
  ['tags?constructor.limit=1', 400, 'PGRST108'],
  ['tags?name=__proto__.x', 400, 'PGRST100'],
  ['tags?name=constructor.x', 400, 'PGRST100'],
  ['tags?select=name::constructor', 400, '42846'],
  ['products?select=attributes-%3E__proto__&limit=1', 200],
  ['products?select=__proto__:id&limit=1', 200],
  // Numbers and texts.
  ['products?stock=eq.9007199254740993', 200],
  ['products?stock=eq.9223372036854775808', 400, '22003'],
  ['products?stock=eq.1e999', 400, '22P02'],
  ['products?stock=eq.-0&limit=0', 200],
  ['products?stock=eq.%D9%A1', 400, '22P02'],
  ['tags?name=eq.%00', 400, '22021'],
  ['tags?%00=eq.1', 400, '22021'],
  [`tags/${id}%00`, 400, '22021'],
  ['tags?name=eq.%ff', 400, 'PGRST100'],
  ['tags?name=eq.%ed%a0%80', 400, 'PGRST100'],
  ['tags?name=eq.%c0%af', 400, 'PGRST100'],
  ['tags?name=eq.%', 400, 'PGRST100'],
  ['tags?name=eq.%zz', 400, 'PGRST100'],
  ['tags/%ff', 404, 'PGRST125'],
  ['tags?name=eq.cafe%CC%81', 200],
  ['tags?name=eq.%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7', 200],
  // Parameters and paths.
  ['tags?select=id&select=name', 400, 'PGRST100'],
  ['tags?limit=1&limit=1', 400, 'PGRST100'],
  ['tags?order=id&order=name', 400, 'PGRST100'],
  ['tags?name=eq.new&name=eq.sale', 200],
  ['tags?name', 400, 'PGRST100'],
  ['tags?=eq.1', 400, 'PGRST100'],
  ['tags?&&&', 200],
  ['tags?', 200],
  ['tags/', 200],
  ['tags//', 404, 'PGRST125'],
  ['/tags', 404, 'PGRST125'],
  ['', 200],
  ['tags/..%2fproducts', 404, 'NOT_FOUND'],
  ['tags/..%5cproducts', 404, 'NOT_FOUND'],
  ['tags%2f..%2fproducts', 404, 'PGRST205'],
  ['tags%3fselect=id', 404, 'PGRST205'],
  ['Tags', 404, 'PGRST205'],
  ['tags.json', 404, 'PGRST205'],
  ['tags/x.css', 404, 'NOT_FOUND'],
  ['tags;v=1', 404, 'PGRST205'],
  ['%74ags', 200],
  ['rpc/tags', 404],
  // SQL in names.
  ['tags?select=name;drop%20table%20tags', 400, 'PGRST100'],
  [`tags?select=%22name%22)%20from%20tags--`, 400, 'PGRST100'],
  [`tags?select=%22x'y%22:name`, 400, 'PGRST100'],
  [`tags?select=%22name'%20or%201=1%22`, 400, '42703'],
  [`tags?order=%22name%5C%22%20desc%22`, 400, '42703'],
  [`tags?%22name'--%22=eq.1`, 400, '42703'],
  [`tags'--`, 404, 'PGRST205'],
  [`products?select=attributes-%3E%22a'b%22`, 400],
  [`products?select=attributes-%3E%3E$.a'%7C%7C1&limit=1`, 400, 'PGRST100'],
  ['products?attributes-%3E%22%5B0%5D%22=eq.1', 400],
  ['tags?name=eq.%27%20or%201=1--', 200],
  ['tags?name=in.(%27)%20or%20(1=1)', 400, 'PGRST100'],
  ['tags?name=like.%27%3B*', 200],
  ['tags?limit=1%3Bselect%201', 400, '22023'],
  [`tags?cursor=' or 1=1`, 400, 'CURSOR_INVALID'],
  // Patterns and words.
  [`products?name=match.${encodeURIComponent('(a*)*(a*)*(a*)*b')}`, 200],
  [`products?name=match.${encodeURIComponent('((((((((((a?){99}){99}){99}')}`, 400, '2201B'],
  [`products?name=match.${encodeURIComponent('(a{1,999}){1,999}')}`, 400, '2201B'],
  ['products?name=match.a%7B999999999%7D', 400, '2201B'],
  [`products?name=match(any).{${'"(a{9}){9}",'.repeat(9)}b}`, 400, '2201B'],
  [
    `products?select=...category(${Array.from({ length: 130 }, (_, n) => `q${n}:id`).join(',')})${'&category.name=like.a'.repeat(140)}`,
    400,
    'LIMIT_QUERY_SIZE',
  ],
  [`products?name=imatch.${encodeURIComponent('(?=x)')}`, 400, '2201B'],
  [`products?name=like.${'*a'.repeat(2_000)}`, 200],
  [`products?name=ilike.${'%25_'.repeat(1_000)}`, 200],
  [`products?description=plfts.${'a'.repeat(5_000)}`, 200],
  [`products?description=fts.${encodeURIComponent('('.repeat(2_000))}`, 400],
  [`products?description=wfts.${encodeURIComponent('"'.repeat(999))}`, 200],
  [`products?description=wfts.${encodeURIComponent('-a or -b OR "c')}`, 200],
  [`products?description=plfts.${encodeURIComponent('NEAR(a b) AND col:* ^x')}`, 200],
  // Size.
  [`tags?name=eq.${'a'.repeat(8_200)}`, 414, 'LIMIT_QUERY_LENGTH'],
  [`tags?name=in.(${'a,'.repeat(4_000)}a)`, 200],
  [`tags?select=${'name,'.repeat(400)}name`, 400, 'LIMIT_QUERY_SIZE'],
  [`tags?${'id=eq.1&'.repeat(400)}`, 400, 'LIMIT_QUERY_SIZE'],
  [`tags?order=${'id,'.repeat(400)}id`, 400, 'LIMIT_QUERY_SIZE'],
  [`products?select=${'attributes-%3Ea'.repeat(1)}${'-%3Ea'.repeat(400)}`, 400, 'LIMIT_QUERY_SIZE'],
  [`categories?select=${nested(5)}&limit=1`, 200],
  [`categories?select=${nested(6)}&limit=1`, 400, 'LIMIT_EMBEDS'],
  [`categories?select=${nested(500)}`, 400, 'LIMIT_EMBEDS'],
  [`categories?select=${Array.from({ length: 20 }, (_, n) => `a${n}:parent(id)`).join(',')}&limit=1`, 200],
  [
    `categories?select=${Array.from({ length: 21 }, (_, n) => `a${n}:parent(id)`).join(',')}`,
    400,
    'LIMIT_EMBEDS',
  ],
  [`tags?and=${tree(500)}`, 400],
  [`tags?or=(and${tree(9)})`, 400],
  [`tags?select=${'('.repeat(4_000)}`, 400, 'PGRST100'],
  [`tags?name=eq(any).{${'a,'.repeat(2_000)}a}`, 200],
  [`tags?${'a.'.repeat(3_000)}b=eq.1`, 400],
  ['tags?limit=1000000000', 400, 'LIMIT_ROWS'],
  ['tags?offset=1000000000', 400, 'LIMIT_OFFSET'],
  ['tags?offset=100000', 200],
]

// The first request of an isolate starts the Worker.
beforeAll(() => send({ as: 'anon', url: '/rest/v1/tags?limit=1' }))

describe('whatever is asked: an answer, never 500, soon, and nothing told', () => {
  for (const [path, status, code] of inputs) {
    const shown = path.length > 60 ? `${path.slice(0, 60)}… (${path.length})` : path
    test(`${shown}: ${status} ${code ?? ''}`, async () => {
      const start = Date.now()
      const answer = await send({ as: 'anon', url: `/rest/v1/${path}` })
      const milliseconds = Date.now() - start
      expect(answer.status, answer.text.slice(0, 500)).toBe(status)
      if (code !== undefined) expect(JSON.parse(answer.text)).toMatchObject({ code, status })
      if (status >= 400) {
        expect(answer.headers.get('content-type')).toContain('application/problem+json')
        expect(leakIn(answer)).toBeNull()
        expect(answer.text.length).toBeLessThan(4_000)
      }
      expect(answer.trips).toBeLessThanOrEqual(1)
      expect(milliseconds).toBeLessThan(limitMilliseconds)
    })
  }
})

/** 200 is what is owed; a machine that runs other tests beside takes its share. */
const limitMilliseconds = 1_000

describe('headers', () => {
  const headers: readonly (readonly [name: string, value: string, status: number])[] = [
    ['prefer', 'count=exact,'.repeat(500), 206],
    ['accept', `${'text/x;q=0.1,'.repeat(500)}*/*`, 200],
    ['accept', '"'.repeat(3_000), 406],
    ['range', '0-'.repeat(1_000), 200],
    ['range', `0-${'9'.repeat(1_000)}`, 200],
    ['range', `${'9'.repeat(1_000)}-`, 416],
    ['if-none-match', '"x",'.repeat(1_000), 200],
    ['authorization', `Bearer ${'a.'.repeat(3_000)}`, 401],
    ['authorization', 'Basic YTpi', 401],
    ['authorization', 'Bearer', 401],
    ['x-request-id', 'a\tb', 200],
    ['accept-profile', '../auth', 406],
  ]
  for (const [name, value, status] of headers) {
    test(`${name}: ${value.slice(0, 30)}…: ${status}`, async () => {
      const answer = await send({
        as: 'anon',
        url: '/rest/v1/tags?limit=1&order=id',
        headers: { [name]: value },
      })
      expect(answer.status, answer.text.slice(0, 500)).toBe(status)
      expect(leakIn(answer)).toBeNull()
      expect(answer.text.length).toBeLessThan(4_000)
    })
  }
})
