import { expect, test } from 'vitest'
import shop from '../../src/backend/index.ts'
import { isFieldVisible, isVisible } from '../../src/model/caller/audience.ts'
import fixture from '../fixture/index.ts'
import { type Written, writtenFor } from './documents.ts'

interface Document {
  readonly paths: Readonly<
    Record<string, { readonly get?: { readonly parameters: readonly { readonly $ref: string }[] } }>
  >
  readonly components: {
    readonly parameters: Readonly<Record<string, { readonly name: string }>>
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>
  }
}

const parsed = (written: Written | undefined): Document => JSON.parse(written?.openapi ?? 'null')
const of = (all: readonly Written[], asker: string) => all.find((each) => each.asker === asker)

const ofShop = writtenFor(shop)
const ofFixture = writtenFor(fixture)

test.each([...ofShop, ...ofFixture].map((each) => [each.model.declaration.name, each.asker, each] as const))(
  '%s as %s: what is visible and nothing else',
  (_, __, { model, audience, ...written }) => {
    const document = parsed({ model, audience, ...written })
    const visible = [...model.resources.values()].filter((resource) => isVisible(resource, audience))
    const lists = Object.entries(document.paths)
      .filter(([path, { get }]) => /^\/rest\/v1\/[^/]+$/.test(path) && get !== undefined)
      .map(([path]) => path)
    expect(lists.map((path) => decodeURIComponent(path.slice('/rest/v1/'.length)))).toEqual(
      visible.map((resource) => resource.name),
    )
    const rows = Object.entries(document.components.schemas).filter(([name]) => name.startsWith('row.'))
    expect(rows.map(([, schema]) => Object.keys(schema.properties ?? {}))).toEqual(
      visible.map((resource) =>
        [...resource.fields.values()]
          .filter((field) => isFieldVisible(field, audience))
          .map((field) => field.name),
      ),
    )
  },
)

test.each([
  ['anon', ['cost_cents', '/rest/v1/orders', 'order_items', 'display_name', 'Profiles']],
  ['customer', ['cost_cents']],
  ['staff', []],
  ['admin', []],
  ['service_role', []],
] as const)('the shop as %s hides %j, in the document and on the page', (asker, hidden) => {
  const written = of(ofShop, asker)
  for (const name of hidden) {
    expect(written?.openapi).not.toContain(name)
    expect(written?.docs).not.toContain(name)
  }
  if (hidden.length === 0) expect(written?.docs).toContain('cost_cents')
})

test.each([
  [
    'anon',
    ['ledger', 'secret_note', 'hidden', 'UPPER', 'memberships', 'invitations', 'passport', 'messages'],
  ],
  ['member', ['ledger', 'hidden', 'whisper', 'follow', 'number&#34;']],
  ['keeper', ['follow', 'whisper']],
  ['service_role', ['follow', 'whisper']],
] as const)('the fixture as %s hides %j', (asker, hidden) => {
  const written = of(ofFixture, asker)
  for (const name of hidden) {
    expect(written?.openapi).not.toContain(name)
    // The page speaks of rows and columns in general; names stand in code.
    expect(written?.docs).not.toContain(`<code>${name}`)
  }
})

test('neither policies nor tables of sign-in are named', () => {
  for (const { openapi, docs } of [...ofShop, ...ofFixture]) {
    for (const name of ['auth_users', 'auth_sessions', 'password_hash', 'sb_secret', 'sb_publishable']) {
      expect(openapi).not.toContain(name)
      expect(docs).not.toContain(name)
    }
  }
})

test('kinds of fields as JSON Schema', () => {
  const schema = parsed(of(ofFixture, 'anon')).components.schemas['row.samples']
  const orNull = (type: string) => [type, 'null']
  expect(schema?.properties).toEqual({
    id: { type: 'integer', format: 'int64' },
    title: { type: orNull('string') },
    kind: { type: orNull('string'), enum: ['solid', 'liquid', 'gas', null] },
    flag: { type: orNull('boolean') },
    count: { type: orNull('integer'), format: 'int64' },
    big: { type: orNull('integer'), format: 'int64' },
    exact: { type: orNull('number') },
    decimal: { type: orNull('number') },
    ratio: { type: orNull('number'), format: 'double' },
    object: { description: 'JSON of any type' },
    array: { description: 'JSON of any type' },
    any: { description: 'JSON of any type' },
    bytes: { type: orNull('string'), contentEncoding: 'base64' },
    json_bytes: { description: 'JSON of any type' },
    big_bytes: { type: orNull('integer') },
    seconds: { type: orNull('string'), format: 'date-time' },
    millis: { type: orNull('string'), format: 'date-time' },
    day: { type: orNull('string') },
    moment: { type: orNull('string') },
    doubled: { type: orNull('integer'), format: 'int64' },
  })
})

test('names that need encoding', () => {
  const { paths, components } = parsed(of(ofFixture, 'anon'))
  expect(paths).toHaveProperty('/rest/v1/weird%20names')
  expect(paths).toHaveProperty('/rest/v1/weird%20names/{id}')
  const refs = paths['/rest/v1/weird%20names']?.get?.parameters.map(
    ({ $ref }) => $ref.split('/').at(-1) ?? '',
  )
  const names = refs
    ?.filter((name) => name.startsWith('filter.weird_names.'))
    .map((name) => components.parameters[name]?.name)
  expect(names).toEqual([
    ...['"the id"', '"naïve \\"quote\\" café"', '"order"', 'group', '"apostrophe\'s"', '"comma,dot.(paren)"'],
    ...['"colon::text"', '"->arrow"', '"percent%20&=?#/+"', '"back\\\\slash"', '"日本語 😀"'],
    ...['"owner\tid"', '"parent id"'],
  ])
})
