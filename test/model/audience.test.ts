import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { backend, type Policy, permission, procedure, resource, role } from '../../src/index.ts'
import { type Audience, audienceOf, isVisible, verdictOf } from '../../src/model/caller/audience.ts'
import {
  anonymous,
  type Caller,
  callerValues,
  someUser,
  type UserCaller,
} from '../../src/model/caller/caller.ts'
import { toStatement } from '../../src/model/expression.ts'
import { linkModel } from '../../src/model/model.ts'
import { isCallable } from '../../src/model/procedure.ts'

const books = sqliteTable('books', { id: integer().primaryKey(), org: text().notNull() })

const link = (read: Policy = () => false) =>
  linkModel(
    backend({
      name: 'Books',
      roles: { reader: [], staff: ['reader'], finance: [] },
      permissions: { reader: ['books.lend'], finance: ['books.buy'] },
      defaultRole: 'reader',
      resources: [resource(books, { read })],
      procedures: { buy: procedure({ policy: permission('books.buy'), handler: () => 1 }) },
    }),
  )
const model = link()
const as = (changes: Partial<UserCaller> = {}, name = 'reader'): UserCaller => ({
  ...someUser(name),
  ...changes,
})
const audience = (caller: Caller): Audience => audienceOf(model.roles, caller)
const keyOf = (caller: Caller) => audience(caller).key

describe('roles beside the role', () => {
  test('count as much, and bring what they include', () => {
    const { caller } = audience(as({ roles: ['staff'] }, 'finance'))
    expect(['reader', 'staff', 'finance'].map((name) => caller.has(name))).toEqual([true, true, true])
    expect([caller.can('books.lend'), caller.can('books.buy')]).toEqual([true, true])
  })

  test('that are not declared include nothing', () => {
    const { caller } = audience(as({ roles: ['admin', 'constructor', '__proto__'] }, 'nobody'))
    expect(['reader', 'staff', 'finance'].map((name) => caller.has(name))).toEqual([false, false, false])
  })
})

test('a permission is had by the role, and by who includes it', () => {
  const can = (name: string) => {
    const { caller } = audience(as({}, name))
    return [caller.can('books.lend'), caller.can('books.buy')]
  }
  expect([can('reader'), can('staff'), can('finance')]).toEqual([
    [true, false],
    [true, false],
    [false, true],
  ])
  expect(audience(anonymous).caller.can('books.lend')).toBe(false)
})

describe('keys', () => {
  test('are told apart by all that policies know when they are compiled', () => {
    const all = [
      anonymous,
      { kind: 'service', role: 'service_role' } as const,
      as(),
      as({}, 'staff'),
      as({}, 'unknown'),
      as({ roles: ['finance'] }),
      as({ roles: ['finance', 'staff'] }),
      as({ aal: 2 }),
      as({ isAnonymous: true }),
      as({ resources: [] }),
      as({ resources: ['books'] }),
      as({ resources: ['books', 'rpc/buy'] }),
      as({ aal: 2, roles: ['finance'] }),
      as({}, '["reader"],2,false,null'),
    ].map(keyOf)
    // A role that nobody has declared is none, however it is spelled.
    expect(all.at(-1)).toBe(all[4])
    expect(new Set(all).size).toBe(all.length - 1)
  })

  test('are the same for the same roles in any order, with others that nobody knows', () => {
    const [one, ...others] = [
      as({ roles: ['finance'] }),
      as({ roles: ['reader'] }, 'finance'),
      as({ roles: ['x', 'finance', 'finance', 'y'] }),
    ].map(keyOf)
    expect(others).toEqual([one, one])
    expect(keyOf(as({ roles: ['x'] }))).toBe(keyOf(as()))
  })
})

test('a key that is confined sees nothing else, whatever policies say', () => {
  const open = link(() => true)
  const [declared, buy] = [open.resources.get('books'), open.procedures.get('buy')]
  if (declared === undefined || buy === undefined) throw new RangeError('the model has both')
  const sees = (resources: readonly string[] | null) => {
    const confined = audienceOf(open.roles, as({ roles: ['finance'], resources }))
    return [isVisible(declared, confined), isCallable(buy, confined)]
  }
  expect(sees(null)).toEqual([true, true])
  expect(sees(['books'])).toEqual([true, false])
  expect(sees(['rpc/buy'])).toEqual([false, true])
  expect(sees([])).toEqual([false, false])
})

test('aal2 and anonymous are known when a policy is compiled', () => {
  const strict = link(({ caller }) => caller.aal2 && !caller.isAnonymous)
  const declared = strict.resources.get('books')
  if (declared === undefined) throw new RangeError('the model has books')
  const verdict = (changes: Partial<UserCaller>) =>
    verdictOf(declared, 'read', audienceOf(strict.roles, as(changes)))
  expect([verdict({}), verdict({ aal: 2 }), verdict({ aal: 2, isAnonymous: true })]).toEqual([
    false,
    true,
    false,
  ])
})

describe('a claim', () => {
  test('is a parameter of the statement, and NULL when the token has none', () => {
    const { caller } = audience(as())
    const argOf = (claims: Readonly<Record<string, unknown>>) =>
      toStatement(eq(books.org, caller.claim('org')), callerValues(as({ claims }), 0))
    expect(argOf({ org: 'o' })).toEqual({ sql: '"books"."org" = ?', args: [{ type: 'text', value: 'o' }] })
    const values = [{}, { org: null }, { org: 1.5 }, { org: true }, { org: ['a'] }, { org: 7 }].map(
      (claims) => argOf(claims).args[0],
    )
    expect(values).toEqual([
      { type: 'null' },
      { type: 'null' },
      { type: 'float', value: 1.5 },
      { type: 'integer', value: '1' },
      { type: 'text', value: '["a"]' },
      { type: 'integer', value: '7' },
    ])
  })

  test('has no way to the values of the session', () => {
    const claims = { sessionId: 'x', id: 'x', __proto__: { id: 'x' }, nowMilliseconds: 0 }
    expect(callerValues(as({ id: 'me', sessionId: 's', claims }), 5)).toMatchObject({
      id: { value: 'me' },
      sessionId: { value: 's' },
      nowMilliseconds: { value: '5' },
    })
  })
})

describe('refused at start-up', () => {
  const permissions = { guest: ['x'] }
  test.each<readonly [string, () => unknown, string]>([
    ['an unknown permission', () => link(({ caller }) => caller.can('books.eat')), "permission 'books.eat'"],
    [
      'an unknown role in permission',
      () => linkModel({ ...model.declaration, permissions }),
      "the role 'guest'",
    ],
    [
      'a claim that is a member',
      () => link(({ caller }) => eq(books.org, caller.claim('sub'))),
      "claim('sub')",
    ],
    [
      'what only some audience meets',
      () => link(({ caller }) => caller.aal2 && caller.can('books.eat')),
      "permission 'books.eat'",
    ],
    [
      'a procedure for an unknown role',
      () =>
        linkModel({
          ...model.declaration,
          procedures: { buy: procedure({ policy: role('guest'), handler: () => 1 }) },
        }),
      "role 'guest'",
    ],
  ])('%s', (_, make, says) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(says)
  })
})
