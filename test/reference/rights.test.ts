import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { backend, permission, procedure, resource } from '../../src/index.ts'
import { audienceOf } from '../../src/model/caller/audience.ts'
import { anonymous, type Caller, service, someUser } from '../../src/model/caller/caller.ts'
import { linkModel } from '../../src/model/model.ts'
import { openapi } from '../../src/reference/openapi/document.ts'
import { describe } from '../../src/reference/reference.ts'
import { site } from './documents.ts'

const vaults = sqliteTable('vaults', { id: integer().primaryKey(), code: text() })
const drafts = sqliteTable('drafts', { id: integer().primaryKey(), margin: integer() })
const model = linkModel(
  backend({
    name: 'Rights',
    roles: { user: [], finance: [] },
    permissions: { finance: ['margin.see', 'money.pay'] },
    defaultRole: 'user',
    resources: [
      resource(vaults, { read: ({ caller }) => caller.aal2 }),
      resource(drafts, {
        read: ({ caller }) => caller.signedIn && !caller.isAnonymous,
        fields: { margin: { read: permission('margin.see') } },
      }),
    ],
    procedures: { pay: procedure({ policy: permission('money.pay'), handler: () => 1 }) },
  }),
)
const words = ['vaults', 'drafts', 'margin', 'rpc/pay', '/admin/']
const seen = (caller: Caller) => {
  const document = JSON.stringify(openapi(describe(model, audienceOf(model.roles, caller)), site))
  return words.filter((word) => document.includes(word))
}
const user = someUser('user')

test.each<readonly [string, Caller, readonly string[]]>([
  ['anonymous', anonymous, []],
  ['a user', user, ['drafts']],
  ['somebody who has not said who they are', { ...user, isAnonymous: true }, []],
  ['a user with a second factor', { ...user, aal: 2 }, ['vaults', 'drafts']],
  ['a user with another role beside', { ...user, roles: ['finance'] }, ['drafts', 'margin', 'rpc/pay']],
  ['a key for one resource', { ...user, roles: ['finance'], resources: ['drafts'] }, ['drafts', 'margin']],
  ['a key for one procedure', { ...user, roles: ['finance'], resources: ['rpc/pay'] }, ['rpc/pay']],
  ['the secret key', service, words],
])('%s reads of what they may use, and of nothing else', (_, caller, expected) => {
  expect(seen(caller)).toEqual(expected)
})
