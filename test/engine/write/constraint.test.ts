import { eq } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { SqlError } from '../../../src/database/hrana/outcome.ts'
import { constraintProblem } from '../../../src/engine/write/constraint.ts'
import { backend, everyone, resource } from '../../../src/index.ts'
import { audienceOf } from '../../../src/model/caller/audience.ts'
import { anonymous, service } from '../../../src/model/caller/caller.ts'
import { linkModel } from '../../../src/model/model.ts'

/** What an error of the database, or a demand of the write, tells to whom. */

const vaults = sqliteTable('vaults', { id: text().primaryKey() })
const notes = sqliteTable('notes', {
  id: text().primaryKey(),
  vault_id: text().references(() => vaults.id),
  code: text().notNull().unique(),
})
const model = linkModel(
  backend({
    name: 'constraints',
    roles: { member: [] },
    defaultRole: 'member',
    resources: [
      resource(vaults, { read: ({ caller }) => caller.signedIn && eq(vaults.id, caller.id) }),
      resource(notes, { read: everyone, create: everyone, fields: { code: { read: () => false } } }),
    ],
    profile: { table: vaults, values: ({ id }) => ({ id }) },
  }),
)

function problemOf(message: string, caller: typeof anonymous | typeof service) {
  const found = model.resources.get('notes')
  if (found === undefined) throw new TypeError('no notes')
  return constraintProblem(new SqlError(message, 'SQLITE_CONSTRAINT'), {
    resource: found,
    audience: audienceOf(model.roles, caller),
  })
}

describe('a key to a resource that is hidden as a whole', () => {
  const message = `bad JSON path: '!selvage:["parent","notes_vault_id_vaults_id_fk"]'`
  it('has no name', () => {
    const problem = problemOf(message, anonymous)
    expect([problem?.code, problem?.details]).toEqual([
      '23503',
      'Key (vault_id) is not present in the table that it refers to.',
    ])
    expect(problem?.message).not.toContain('vaults')
  })
  it('has one for who sees it', () => {
    const problem = problemOf(message, service)
    expect(problem?.message).toContain('foreign key constraint "notes_vault_id_vaults_id_fk"')
    expect(problem?.details).toBe('Key (vault_id) is not present in table "vaults".')
  })
})

describe('a field that is hidden', () => {
  it.each([
    ['UNIQUE constraint failed: notes.code', '23505'],
    ['NOT NULL constraint failed: notes.code', '23502'],
  ])('is not named: %s', (message, code) => {
    const problem = problemOf(message, anonymous)
    expect(problem?.code).toBe(code)
    expect(`${problem?.message} ${problem?.details} ${problem?.hint}`).not.toMatch(/\bcode\b/)
    const open = problemOf(message, service)
    expect(`${open?.message} ${open?.details}`).toMatch(/\bcode\b/)
  })
})

it('an error that is about no constraint is none of its own', () => {
  expect(problemOf('no such table: x', service)).toBeNull()
})
