import { sqliteTable, text as textColumn } from 'drizzle-orm/sqlite-core'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import shop from '../../src/backend/index.ts'
import { backend, everyone, id, procedure, resource } from '../../src/index.ts'
import { isFieldVisible, isFieldWritable, isVisible, verdictOf } from '../../src/model/caller/audience.ts'
import { isCallable } from '../../src/model/procedure.ts'
import fixture from '../fixture/index.ts'
import { type Written, writtenFor } from './documents.ts'

interface Operation {
  readonly parameters?: readonly {
    readonly $ref?: string
    readonly name?: string
    readonly required?: boolean
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
  readonly responses: Readonly<Record<string, unknown>>
}

interface Schema {
  readonly properties: Readonly<Record<string, { readonly enum?: unknown; readonly maxLength?: number }>>
  readonly required?: readonly string[]
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const parsed = (written: Written | undefined): Document => JSON.parse(written?.openapi ?? 'null')
const of = (all: readonly Written[], asker: string) => parsed(all.find((each) => each.asker === asker))

const ofShop = writtenFor(shop)
const ofFixture = writtenFor(fixture)

test.each([...ofShop, ...ofFixture].map((each) => [each.model.declaration.name, each.asker, each] as const))(
  '%s as %s: what may be written, with which fields, and nothing else',
  (_, __, written) => {
    const { model, audience, reference } = written
    const document = parsed(written)
    for (const each of model.resources.values()) {
      const may = (action: Parameters<typeof verdictOf>[1]) => verdictOf(each, action, audience) !== false
      const fields = (verb: 'insert' | 'update') =>
        [...each.fields.values()]
          .filter((field) => isFieldWritable(each, field, audience, verb))
          .map((field) => field.name)
      const isRead = isVisible(each, audience)
      const described = reference.resources.find(({ name }) => name === each.name)
      expect(described !== undefined, each.name).toBe(isRead || may('create'))
      const identifier = described?.identifier ?? each.name
      const list = document.paths[`/rest/v1/${encodeURIComponent(each.name)}`] ?? {}
      const item = document.paths[`/rest/v1/${encodeURIComponent(each.name)}/{id}`] ?? {}
      const { schemas } = document.components
      const isOneByOne = each.options.requireMatch === true
      const hasItems = isRead && each.key.every((field) => isFieldVisible(field, audience))
      const mayChange = isRead && may('update_from') && may('update_to')
      const changes = mayChange && fields('update').length > 0
      expect('post' in list, `POST ${each.name}`).toBe(may('create'))
      expect('patch' in list, `PATCH ${each.name}`).toBe(changes && !isOneByOne)
      expect('delete' in list, `DELETE ${each.name}`).toBe(isRead && may('delete') && !isOneByOne)
      expect('patch' in item, `PATCH ${each.name}/{id}`).toBe(changes && hasItems)
      expect('delete' in item, `DELETE ${each.name}/{id}`).toBe(isRead && may('delete') && hasItems)
      if ('put' in item) expect(may('create') && mayChange && hasItems).toBe(true)
      const given = may('create') ? fields('insert') : undefined
      expect(keysOf(schemas[`new.${identifier}`])).toEqual(given)
      expect(keysOf(schemas[`change.${identifier}`])).toEqual(changes ? fields('update') : undefined)
    }
    const called = Object.keys(document.paths).filter((path) => path.startsWith('/rest/v1/rpc/'))
    expect(called.map((path) => path.slice('/rest/v1/rpc/'.length))).toEqual(
      [...model.procedures.values()].filter((each) => isCallable(each, audience)).map(({ name }) => name),
    )
  },
)

const keysOf = (schema: Schema | undefined) =>
  schema === undefined ? undefined : Object.keys(schema.properties)

test.each([
  [
    'anon',
    ['"post":{"tags":["orders"', '"Idempotency-Key"', 'checkout', 'new.', 'change.', 'Operation"', 'batch'],
  ],
  ['customer', ['new.products', 'new.order_items', 'change.products', 'whole.products', 'new.reviews']],
] as const)('the shop as %s lacks %j', (asker, hidden) => {
  const { openapi = '' } = ofShop.find((each) => each.asker === asker) ?? {}
  for (const name of hidden) expect(openapi).not.toContain(name)
})

describe('bodies', () => {
  test('an order, by who makes it', () => {
    const schemas = (asker: string) => of(ofShop, asker).components.schemas
    expect(schemas('customer')['new.orders']).toMatchObject({
      properties: { id: { type: 'string' }, note: { type: ['string', 'null'] } },
      additionalProperties: false,
    })
    expect(keysOf(schemas('customer')['new.orders'])).toEqual(['id', 'note'])
    expect(keysOf(schemas('customer')['change.orders'])).toEqual(['note'])
    expect(keysOf(schemas('staff')['new.orders'])).toEqual(['id', 'user_id', 'status', 'note'])
    expect(schemas('staff')['new.orders']?.properties.status?.enum).toEqual([
      'draft',
      'paid',
      'shipped',
      'cancelled',
    ])
    expect(schemas('staff')['new.products']?.required).toEqual([
      'category_id',
      'name',
      'price_cents',
      'cost_cents',
    ])
    expect(schemas('staff')['whole.products']?.required).toEqual([
      'category_id',
      'name',
      'price_cents',
      'cost_cents',
    ])
    expect(schemas('staff')['change.products']?.required).toBeUndefined()
  })

  test('a resource that is written and never read has its list, for POST alone', () => {
    const { paths, components } = of(ofFixture, 'anon')
    expect(Object.keys(paths['/rest/v1/drops'] ?? {})).toEqual(['parameters', 'post'])
    expect(paths).not.toHaveProperty('/rest/v1/drops/{id}')
    expect(components.schemas).not.toHaveProperty('row.drops')
    expect(components.schemas['new.drops']?.required).toEqual(['body'])
  })

  test('a resource that demands If-Match is changed one by one', () => {
    const { paths } = of(ofFixture, 'member')
    const item = paths['/rest/v1/papers/{id}']
    expect(item?.patch?.parameters?.[0]).toMatchObject({ name: 'If-Match', required: true })
    expect(Object.keys(item?.patch?.responses ?? {})).toEqual(expect.arrayContaining(['412', '428']))
    expect(paths['/rest/v1/papers']?.patch).toBeUndefined()
    expect(paths['/rest/v1/papers']?.post?.responses).toHaveProperty('428')
  })
})

describe('procedures', () => {
  const things = sqliteTable('things', { id: id(), secret: textColumn() })
  const hidden = sqliteTable('hidden', { id: id() })
  const jsonSchema = (input: () => unknown) => ({
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input, output: input },
    },
  })
  const handler = () => null
  const all = writtenFor(
    backend({
      name: 'Test',
      roles: { member: [] },
      defaultRole: 'member',
      resources: [resource(things, { read: everyone }), resource(hidden, {})],
      procedures: {
        look: procedure({
          policy: everyone,
          readOnly: true,
          returns: things,
          input: { id: v.string(), n: v.optional(v.number()) },
          handler,
        }),
        unseen: procedure({ policy: everyone, returns: hidden, handler }),
        whole: procedure({
          policy: everyone,
          input: jsonSchema(() => ({ $schema: 'x', type: 'array' })),
          handler,
        }),
        vague: procedure({
          policy: everyone,
          input: {
            refers: jsonSchema(() => ({ $ref: '#/$defs/a' })),
            fails: jsonSchema(() => {
              throw new TypeError('no JSON Schema for this')
            }),
            later: v.pipeAsync(
              v.string(),
              v.checkAsync(async () => true),
            ),
            trips: v.custom<string>((value) => (value as string).length > 0),
          },
          handler,
        }),
        internal: procedure({ handler }),
      },
    }),
  )

  test('arguments, and what is answered', () => {
    const { paths } = of(all, 'anon')
    const body = (name: string) =>
      paths[`/rest/v1/rpc/${name}`]?.post?.requestBody?.content['application/json']?.schema
    expect(body('look')).toEqual({
      type: 'object',
      properties: { id: {}, n: {} },
      required: ['id'],
      additionalProperties: false,
    })
    expect(body('whole')).toEqual({ type: 'array' })
    expect(body('vague')).toMatchObject({
      properties: { refers: {}, fails: {}, later: {}, trips: {} },
      required: ['trips'],
    })
    const answer = paths['/rest/v1/rpc/look']?.post?.responses['200']
    expect(answer).toMatchObject({
      content: {
        'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/row.things' } } },
      },
    })
    expect(paths['/rest/v1/rpc/unseen']?.post?.responses['200']).toMatchObject({
      content: { 'application/json': { schema: {} } },
    })
  })

  test('what only reads is called by GET, too, and its arguments come before filters of their names', () => {
    const { paths } = of(all, 'anon')
    const names = paths['/rest/v1/rpc/look']?.get?.parameters?.map(
      ({ name, $ref }) => name ?? $ref?.split('/').at(-1),
    )
    expect(names).toEqual([
      ...['id', 'n', 'select', 'order', 'limit', 'offset', 'Range', 'Prefer', 'and', 'or'],
      'filter.things.secret',
    ])
    expect(paths['/rest/v1/rpc/vague']?.get).toBeUndefined()
  })

  test('what nobody may call is there for a secret key alone', () => {
    for (const { asker, openapi, docs } of all) {
      expect(openapi.includes('internal'), asker).toBe(asker === 'service_role')
      expect(docs.includes('internal'), asker).toBe(asker === 'service_role')
    }
  })
})
