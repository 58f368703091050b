import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { backend, type FieldRule, resource } from '../../src/index.ts'
import { declaredAudiences } from '../../src/model/caller/audience.ts'
import { saidBy } from '../../src/model/caller/hearing.ts'
import { linkModel } from '../../src/model/model.ts'

const books = sqliteTable('books', { id: integer().primaryKey() })
const { roles } = linkModel(
  backend({
    name: 'Books',
    roles: { reader: [], staff: ['reader'], finance: [] },
    permissions: { finance: ['books.buy'] },
    defaultRole: 'reader',
    resources: [resource(books, {})],
  }),
)
/** Nobody, and three roles in three states each. */
const callers = declaredAudiences(roles).map(({ caller }) => caller)

test.each<[string, FieldRule, number]>([
  ['nothing', () => true, 1],
  ['who is signed in', ({ caller }) => caller.signedIn, 2],
  ['a role', ({ caller }) => caller.has('staff'), 2],
  ['a permission', ({ caller }) => caller.can('books.buy'), 2],
  ['a second factor', ({ caller }) => caller.aal2, 2],
  ['who has not said who they are', ({ caller }) => caller.isAnonymous, 2],
  ['a role, and then another', ({ caller }) => caller.has('staff') || caller.has('reader'), 3],
  ['a member by way of a copy', ({ caller: { ...copy } }) => copy.aal2, 4],
  [
    'all of it',
    ({ caller }) =>
      [caller.has('staff'), caller.has('finance'), caller.aal2, caller.isAnonymous].includes(true),
    9,
  ],
])('a rule that asks for %s is asked once for each answer', (_, rule, times) => {
  expect(callers).toHaveLength(10)
  expect(saidBy(rule, callers)).toHaveLength(times)
  expect(new Set(saidBy(rule, callers))).toEqual(new Set(callers.map((caller) => rule({ caller }))))
})

test('a mistake that only some callers come to is found', () => {
  const rule: FieldRule = ({ caller }) => caller.aal2 && caller.has('nobody_declared_this')
  expect(() => saidBy(rule, callers)).toThrow("role 'nobody_declared_this' is not declared")
})
