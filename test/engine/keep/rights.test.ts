import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backend, or, resource } from '../../../src/index.ts'
import { type KeptWorld, newDataCentre, startKept } from './world.ts'

const memos = sqliteTable('memos', {
  id: integer().primaryKey(),
  org: text().notNull(),
  level: text().notNull(),
})
const declared = backend({
  name: 'Memos',
  roles: { member: [], staff: [] },
  permissions: { staff: ['memos.all'] },
  defaultRole: 'member',
  resources: [
    resource(memos, {
      read: ({ caller }) =>
        or(
          eq(memos.org, caller.claim('org_id')),
          caller.can('memos.all'),
          caller.aal2 && eq(memos.level, 'secret'),
          caller.isAnonymous && eq(memos.level, 'open'),
        ),
      cache: { maxAge: 60 },
    }),
  ],
})
let world: KeptWorld
beforeAll(async () => {
  world = await startKept(declared)
  await world.run(["insert into memos values (1, 'a', 'open'), (2, 'b', 'secret'), (3, 'c', 'plain')"])
}, 60_000)
afterAll(() => world.stop())
beforeEach(newDataCentre)

const path = '/rest/v1/memos?select=id&order=id'

test('what is kept for one is given to nobody who is told otherwise', async () => {
  const asked = [
    [{ claims: { org_id: 'a' } }, [1]],
    [{ claims: { org_id: 'b' } }, [2]],
    [{}, []],
    [{ roles: ['staff'] }, [1, 2, 3]],
    [{ aal: 2 }, [2]],
    [{ isAnonymous: true }, [1]],
    [{ aal: 2, claims: { org_id: 'a' } }, [1, 2]],
    [{ claims: { 'org_id ': 'a', org: 'a' } }, []],
  ] as const
  const tokens = await Promise.all(
    asked.map(([more], index) => world.signIn(`user-${index}`, 'member', `session-${index}`, more)),
  )
  const ask = world.isolate()
  for (let turn = 0; turn < 3; turn += 1) {
    for (const [index, [, ids]] of asked.entries()) {
      const { text: body, headers } = await ask(path, { as: tokens[index] ?? '' })
      expect(body).toBe(JSON.stringify(ids.map((id) => ({ id }))))
      if (turn > 0) expect(headers.get('cache-status')).toContain('hit')
    }
  }
})
