import { createHash } from 'node:crypto'
import { PostgrestClient } from '@supabase/postgrest-js'
import { expect, test } from 'vitest'
import shop from '../../src/backend/index.ts'
import { html } from '../../src/base/http/html.ts'
import { prefersHtml } from '../../src/reference/accept.ts'
import { callExample } from '../../src/reference/page/example/call.ts'
import { examplesOf } from '../../src/reference/page/example/read.ts'
import { writeExamples } from '../../src/reference/page/example/write.ts'
import { homePage } from '../../src/reference/page/home.ts'
import { contentSecurityPolicy } from '../../src/reference/page/layout.ts'
import fixture from '../fixture/index.ts'
import { site, writtenFor } from './documents.ts'

const all = [...writtenFor(shop), ...writtenFor(fixture)]

test('every value is escaped; markup is taken as it is', () => {
  const evil = `<script>alert("1")</script>&'`
  const safe = '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;'
  expect(html`<p title="${evil}">${evil}${html`<b>${1}</b>`}${[html`<i></i>`]}</p>`.markup).toBe(
    `<p title="${safe}">${safe}<b>1</b><i></i></p>`,
  )
  expect(homePage({ name: evil, description: evil, links: { [evil]: evil } })).not.toContain('<script')
})

test.each(all.map((each) => [each.model.declaration.name, each.asker, each.docs] as const))(
  'the page of %s for %s has no script, one style, landmarks, one h1, and no dead link',
  (_, __, page) => {
    expect(page).not.toMatch(/<script|<img|<form|<iframe| on[a-z]+="| style="/)
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(contentSecurityPolicy()).toContain(`style-src 'sha256-${hash}'`)
    expect(contentSecurityPolicy()).toContain("default-src 'none'")
    for (const tag of ['<main', '<nav', '<h1']) expect(page.split(tag)).toHaveLength(2)
    expect(page).toContain('<html lang="en">')
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const targets = [...page.matchAll(/(?: href="#|-labelledby=")([^"]*)"/g)].map(([, id]) => id)
    expect(targets.filter((id) => !ids.includes(id))).toEqual([])
    expect(page.split('<th scope="col">').length).toBeGreaterThan(3)
  },
)

const examples = all.flatMap(({ reference }) =>
  reference.resources.flatMap((resource) =>
    examplesOf(resource, { apiUrl: site.apiUrl, asker: reference.asker }).map(
      (example) => [resource.name, example.title, example] as const,
    ),
  ),
)

test.each(examples)('%s, %s: curl and supabase-js ask the same', async (_, __, { curl, supabase }) => {
  const byCurl = /^curl '([^']*)' -H/.exec(curl)?.[1] ?? ''
  expect(byCurl).not.toMatch(/[{}[\]\\]/)
  expect(normal((await sentBy(supabase ?? '')).url)).toEqual(normal(byCurl))
})

const writes = all.flatMap(({ reference, model, asker }) => {
  const scene = { apiUrl: site.apiUrl, asker: reference.asker }
  return [
    ...reference.resources.flatMap((resource) =>
      writeExamples(resource, scene).map((example) => [resource.name, example] as const),
    ),
    ...reference.procedures.map((each) => [each.name, callExample(each, scene)] as const),
  ].map(
    ([name, example]) => [`${model.declaration.name} as ${asker}: ${name}`, example.title, example] as const,
  )
})

test.each(writes)('%s, %s: curl and supabase-js write the same', async (_, __, { curl, supabase }) => {
  const [, method, url = ''] = /^curl -X (\w+) '([^']*)' -H/.exec(curl) ?? []
  const [, body] = / -d '(.*)'$/s.exec(curl) ?? []
  if (supabase === null) {
    expect(curl).toContain('If-Match')
    return
  }
  const sent = await sentBy(supabase)
  expect(sent.method).toBe(method)
  expect(normal(sent.url)).toEqual(normal(url))
  expect(sent.body).toEqual(body === undefined ? null : JSON.parse(body.replaceAll("'\\''", "'")))
  expect(sent.prefer).toBe(/Prefer: ([^']*)'/.exec(curl)?.[1] ?? null)
  expect(sent.hasKey).toBe(curl.includes('Idempotency-Key'))
})

test('a low role is shown no example of what it must not do', () => {
  const shown = writes
    .filter(([name]) => name.startsWith('Selvage shop as customer'))
    .map(([name, title]) => `${name.slice(26)}: ${title}`)
  expect(shown).toEqual([
    'orders: A new row',
    'orders: A change',
    'orders: A deletion',
    'reviews: A deletion',
    'checkout: A call',
    'cancel_order: A call',
  ])
  expect(writes.filter(([name]) => name.startsWith('Selvage shop as anon'))).toEqual([])
})

test('the page says how to write to whom there is something to write for', () => {
  const pageOf = (asker: string) => all.find((each) => each.asker === asker)?.docs ?? ''
  expect(pageOf('customer')).toContain('<h2 id="writing">')
  expect(pageOf('customer')).toContain('<code>IDEMPOTENCY_KEY_REUSED</code>')
  expect(pageOf('customer')).toContain('<h2 id="function-checkout">')
  for (const word of ['id="writing"', 'IDEMPOTENCY', 'checkout', '>POST<', '>PATCH<', '>PUT<', '>DELETE<'])
    expect(pageOf('anon')).not.toContain(word)
})

/** What a line of supabase-js sends. */
async function sentBy(line: string) {
  const asked: Request[] = []
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    asked.push(new Request(input, init))
    return Response.json([])
  }
  const client = new PostgrestClient(`${site.apiUrl}/rest/v1`, { fetch })
  const statement = new Function('supabase', `return (async () => { ${line} })()`)
  await statement(client)
  const [request] = asked
  if (request === undefined) throw new TypeError(`${line} sent nothing`)
  const text = await request.text()
  const { url, method, headers } = request
  return {
    url,
    method,
    body: text === '' ? null : JSON.parse(text),
    prefer: headers.get('prefer'),
    hasKey: headers.has('idempotency-key'),
  }
}

function normal(url: string): readonly string[] {
  const { pathname, searchParams } = new URL(url)
  return [
    decodeURIComponent(pathname),
    ...[...searchParams].map(([name, value]) => `${name}=${value}`).sort(),
  ]
}

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['text/html', true],
  ['text/html;q=0.5, application/json;q=0.4', true],
  [null, false],
  ['', false],
  ['*/*', false],
  ['application/json', false],
  ['application/json, text/html', false],
  ['text/html;q=0', false],
  ['text/html;q=nonsense', false],
])('Accept: %s prefers HTML: %s', (accept, expected) => {
  expect(prefersHtml(accept)).toBe(expected)
})
