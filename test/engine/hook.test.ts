import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { runDelete, runHook } from '../../src/engine/write/derive.ts'
import { backend, refusal, resource } from '../../src/index.ts'
import { linkModel } from '../../src/model/model.ts'

/** Mistakes of an author's hook are found before anything is written. */

const notes = sqliteTable('notes', { id: text().primaryKey(), body: text() })
const nobody = { id: null, email: null, aal2: false, isAnonymous: false, claim: () => null }
const known = { caller: { ...nobody, has: () => false, can: () => false }, now: new Date(0) }

function linked(before: object) {
  const declared = resource(notes, { before })
  const model = linkModel(
    backend({ name: 'notes', roles: { user: [] }, defaultRole: 'user', resources: [declared] }),
  )
  const found = model.resources.get('notes')
  if (found === undefined) throw new RangeError('the model has notes')
  return found
}

test('a hook that answers by a promise: its refusal would come too late', () => {
  const late = () => Promise.resolve({})
  const hooked = linked({ delete: late, create: late })
  expect(() => runDelete(hooked, known)).toThrow(TypeError)
  expect(() => runHook(hooked, 'create', new Map(), known)).toThrow(TypeError)
})

test('a hook that gives what is no column', () => {
  const hooked = linked({ create: () => ({ nope: 1 }) })
  expect(() => runHook(hooked, 'create', new Map(), known)).toThrow(
    "notes: its hook or schema gives 'nope', which is not a column",
  )
})

test('a refusal is a problem, with what its author said', () => {
  const hooked = linked({
    delete() {
      throw refusal('No', { hint: 'Never.', status: 404 })
    },
  })
  expect(() => runDelete(hooked, known)).toThrow(
    expect.objectContaining({ code: 'P0001', message: 'No', hint: 'Never.', status: 404 }),
  )
})
