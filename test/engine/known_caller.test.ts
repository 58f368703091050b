import { expect, test } from 'vitest'
import { knownCaller } from '../../src/engine/known-caller.ts'
import { backend } from '../../src/index.ts'
import { audienceOf } from '../../src/model/caller/audience.ts'
import { anonymous, type Caller, service, someUser } from '../../src/model/caller/caller.ts'
import { linkModel } from '../../src/model/model.ts'

const { roles } = linkModel(
  backend({
    name: 'Known',
    roles: { user: [], staff: ['user'] },
    permissions: { staff: ['pay'] },
    defaultRole: 'user',
    resources: [],
  }),
)
const known = (caller: Caller) => knownCaller(caller, audienceOf(roles, caller))

test('a procedure knows the roles, permissions, claims and the second factor of who calls it', () => {
  const claims = { org_id: 'acme', plan: { seats: 3 } }
  const caller = known({ ...someUser('user'), roles: ['staff'], aal: 2, claims })
  expect([caller.has('staff'), caller.can('pay'), caller.aal2, caller.isAnonymous]).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect([
    caller.claim('org_id'),
    caller.claim('plan'),
    caller.claim('none'),
    caller.claim('toString'),
  ]).toEqual(['acme', { seats: 3 }, null, null])
})

test('a service key has every role and permission that there is, and no claims; nobody has none', () => {
  const [all, none] = [known(service), known(anonymous)]
  expect([all.id, all.has('staff'), all.can('pay'), all.claim('org_id')]).toEqual([null, true, true, null])
  expect([none.id, none.has('user'), none.can('pay'), none.claim('org_id')]).toEqual([
    null,
    false,
    false,
    null,
  ])
  for (const caller of [all, none]) {
    expect(() => caller.has('root')).toThrow(TypeError)
    expect(() => caller.can('fly')).toThrow(TypeError)
  }
})
