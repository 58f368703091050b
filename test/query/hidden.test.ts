import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { backend, everyone, resource, role } from '../../src/index.ts'
import { audienceOf } from '../../src/model/caller/audience.ts'
import { anonymous, type Caller, service } from '../../src/model/caller/caller.ts'
import { linkModel } from '../../src/model/model.ts'
import { resolve } from '../../src/query/resolve.ts'
import fixture from '../fixture/index.ts'
import { plainCaller } from '../harness/subject.ts'
import { library } from '../property/worlds/library_backend.ts'
import { ask } from '../sql/ask.ts'

/** A name that a caller may not see answers as a name that is nowhere: same code, same words. */

const models = { fixture: linkModel(fixture), library: linkModel(library) }
const member: Caller = { kind: 'user', role: 'member', id: 'x', sessionId: 's', email: null, ...plainCaller }

function problemOf(backend: keyof typeof models, path: string, caller: Caller): Problem {
  const model = models[backend]
  try {
    resolve(ask(path).intent, model, audienceOf(model.roles, caller))
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error(`${path} was resolved`)
}

/** All that leaves, with the name that was asked for taken out. */
function shape(problem: Problem, name: string) {
  const without = (text: string | null) => text?.replaceAll(name, '(name)') ?? null
  const { code, status, title, message, details, hint } = problem
  return { code, status, title, message: without(message), details: without(details), hint: without(hint) }
}

describe.each([
  ['select', 'secret_note', 'people?select=id,NAME'],
  ['select under an alias with a cast', 'secret_note', 'people?select=a:NAME::text'],
  ['a JSON path', 'secret_note', 'people?select=NAME->a'],
  ['a filter', 'secret_note', 'people?NAME=eq.1'],
  ['a filter of a value that no text is', 'secret_note', 'people?NAME=cs.{a}'],
  ['is', 'secret_note', 'people?NAME=is.null'],
  ['a full-text filter', 'secret_note', 'people?NAME=fts.a'],
  ['a logic tree', 'secret_note', 'people?or=(id.eq.1,not.and(NAME.eq.1,id.eq.2))'],
  ['order', 'secret_note', 'people?order=id,NAME.desc'],
  ['order by an embed', 'number', 'people?select=id,passport(id)&order=passport(NAME)'],
  ['an aggregate', 'secret_note', 'people?select=NAME.max()'],
  ['a filter in an embed', 'number', 'people?select=id,passport(id)&passport.NAME=eq.1'],
  ['an embed', 'ledger', 'people?select=id,NAME(id)'],
  ['a spread', 'ledger', 'people?select=id,...NAME(id)'],
  [
    'an embed with a hint',
    'person_id',
    'people?select=id,memberships!NAME(id)'.replace('memberships', 'ledger'),
  ],
  ['the resource', 'ledger', 'NAME?select=id'],
])('in %s', (_, hidden, path) => {
  it('hidden is unknown', () => {
    const unknown = 'nowhere_at_all'
    const problem = problemOf('fixture', path.replaceAll('NAME', hidden), member)
    expect(shape(problem, hidden)).toEqual(
      shape(problemOf('fixture', path.replaceAll('NAME', unknown), member), unknown),
    )
  })
})

describe('what an answer lists', () => {
  it('is what the caller may see: tables, columns, ways', () => {
    expect(problemOf('fixture', 'nowhere', anonymous).hint).toBe(
      'Tables: people, regions, cities, clubs, group, order, weird names, samples, wide, lots, bids, rooms, showings, papers, scratches',
    )
    expect(problemOf('fixture', 'nowhere', service).hint).toContain('ledger')
    expect(problemOf('fixture', 'people?select=a', member).hint).not.toContain('secret_note')
    expect(problemOf('fixture', 'people?select=a', service).hint).toContain('secret_note')
    expect(problemOf('fixture', 'people?select=a(id)', anonymous).hint).toBe(
      'Related: manager, people, papers',
    )
  })

  it('of two ways is none that the caller may not go', () => {
    const problem = problemOf('fixture', 'people?select=id,messages(id)', member)
    expect(problem.code).toBe('PGRST201')
    expect(problem.details?.split('; ')).toHaveLength(2)
    expect(problemOf('fixture', 'people?select=id,messages(id)', anonymous).code).toBe('PGRST200')
  })

  it('of full-text columns leaves the hidden ones out', () => {
    const hint = (caller: Caller) => problemOf('library', 'books?secret=fts.a', caller).hint
    expect(hint(anonymous)).toBe('Searchable: title')
    expect(hint(service)).toBe('Searchable: title, blurb')
  })

  it('is no way along a key that is hidden', () => {
    const unknown = problemOf('library', 'books?select=id,nowhere(id)', anonymous)
    const hidden = problemOf('library', 'books?select=id,publishers(id)', anonymous)
    expect(shape(hidden, 'publishers')).toEqual(shape(unknown, 'nowhere'))
    expect(problemOf('library', 'publishers?select=books(id)', anonymous).code).toBe('PGRST200')
  })
})

describe('an item', () => {
  const vault = sqliteTable('vault', { code: text().primaryKey(), name: text() })
  const shelf = sqliteTable('shelf', { row: integer().notNull(), place: integer().notNull() }, (table) => [
    primaryKey({ columns: [table.row, table.place] }),
  ])
  const staff = { read: role('staff') }
  const model = linkModel(
    backend({
      name: 'Keys with hidden parts',
      roles: { staff: [] },
      defaultRole: 'staff',
      resources: [
        resource(vault, { read: everyone, fields: { code: staff } }),
        resource(shelf, { read: everyone, fields: { place: staff } }),
      ],
    }),
  )
  const resolved = (path: string, caller: Caller) =>
    resolve(ask(path).intent, model, audienceOf(model.roles, caller)).key

  it.each(['vault/a-guess', 'shelf/1,2', 'shelf/1'])(
    '%s is not there for who may not see its key',
    (path) => {
      expect(() => resolved(path, anonymous)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    },
  )

  it('is there for who may', () => {
    expect(resolved('shelf/1,2', { ...member, role: 'staff' })).toHaveLength(2)
    expect(resolved('vault/a', service)).toHaveLength(1)
  })
})

describe('names of Object.prototype', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an unknown name', (name) => {
    expect(problemOf('fixture', name, anonymous).code).toBe('PGRST205')
    expect(problemOf('fixture', `people?select=${name}`, anonymous).code).toBe('42703')
    expect(problemOf('fixture', `people?${name}=eq.1`, anonymous).code).toBe('42703')
    expect(problemOf('fixture', `people?select=${name}(id)`, anonymous).code).toBe('PGRST200')
    expect(problemOf('fixture', `people?select=id::${name}`, anonymous).code).toBe('42846')
  })
})
