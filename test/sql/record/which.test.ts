import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { service } from '../../../src/model/caller/caller.ts'
import { type Stage, startStage } from '../stage.ts'
import store, { parts, things } from './store.ts'
import { emptied, tell, written } from './tell.ts'

/** Which rows of a write are told of, and by which events. */

const merge = { prefer: 'resolution=merge-duplicates' }
const ignore = { prefer: 'resolution=ignore-duplicates' }
let stage: Stage

beforeAll(async () => {
  stage = await startStage(store, { users: [], rows: [] })
})
afterAll(() => stage.stop())
beforeEach(() => emptied(stage))

async function countOf(table: string): Promise<unknown> {
  return (await stage.query(`select count(*) from ${table}`)).rows[0]?.[0]
}

describe('an upsert', () => {
  beforeEach(() => stage.fill(parts, [{ thing_id: 1, number: 1, name: 'old' }]))
  const rows = [
    { thing_id: 1, number: 1, name: 'new' },
    { thing_id: 1, number: 2, name: 'made' },
  ]

  it('makes some and changes others', async () => {
    const { audit } = await written(stage, service, await tell('POST parts', rows, merge))
    expect(audit).toEqual([
      {
        what: 'create parts {"thing_id":1,"number":2}',
        before: null,
        after: '{"thing_id":1,"number":2,"name":"made"}',
      },
      { what: 'update parts {"thing_id":1,"number":1}', before: '{"name":"old"}', after: '{"name":"new"}' },
    ])
  })

  it('that ignores what is there leaves nothing of it', async () => {
    const { audit } = await written(stage, service, await tell('POST parts', rows, ignore))
    expect(audit.map(({ what }) => what)).toEqual(['create parts {"thing_id":1,"number":2}'])
  })

  it('with nothing to set neither', async () => {
    const { audit } = await written(
      stage,
      service,
      await tell('POST parts', { thing_id: 1, number: 1 }, merge),
    )
    expect(audit).toEqual([])
  })

  it('by another unique field than the key', async () => {
    await stage.fill(things, [{ id: 8, code: 'there', big: 1 }])
    const body = [
      { code: 'there', big: 2 },
      { code: 'fresh', big: 3 },
    ]
    const { audit, events } = await written(
      stage,
      service,
      await tell('POST things?on_conflict=code', body, merge),
    )
    expect(audit.map(({ what, before }) => [what, before])).toEqual([
      ['create things {"id":9}', null],
      ['update things {"id":8}', '{"big":1}'],
    ])
    expect(events.map((event) => event.split(' ')[0])).toEqual(['things.created', 'things.updated'])
  })

  it('of one item by its key', async () => {
    const { audit } = await written(stage, service, await tell('PUT parts/1,1', { name: 'put' }))
    expect(audit.map(({ what, after }) => [what, after])).toEqual([
      ['update parts {"thing_id":1,"number":1}', '{"name":"put"}'],
    ])
  })
})

describe('an event of the author', () => {
  const coded = (events: readonly string[]) => events.filter((event) => event.startsWith('thing.'))

  it('tells columns and expressions over the row as it is afterwards', async () => {
    await stage.fill(parts, [{ thing_id: 1, number: 1 }])
    await stage.fill(things, [{ id: 1, code: 'a', flag: false, ratio: 3 }])
    const body = { code: 'b', flag: true, at: '2026-01-02T03:04:05.000Z' }
    const { events } = await written(stage, service, await tell('PATCH things?id=eq.1', body))
    expect(coded(events)).toEqual([
      'thing.coded {"code":"b","at":"2026-01-02T03:04:05.000Z","half":1.5,"pieces":1}',
    ])
  })

  it('comes only of rows for which its condition holds', async () => {
    await stage.fill(things, [
      { id: 1, code: 'a', flag: true },
      { id: 2, code: 'b', flag: false },
    ])
    const same = await written(stage, service, await tell('PATCH things?id=in.(1,2)', { ratio: 1 }))
    expect(coded(same.events)).toEqual([])
    const body = [
      { code: 'c', flag: true },
      { code: 'd', flag: false },
    ]
    const made = await written(stage, service, await tell('POST things', body))
    expect(coded(made.events)).toEqual(['thing.coded {"code":"c","at":null,"half":null,"pieces":0}'])
    const merged = await written(stage, service, await tell('POST things', [{ id: 1, code: 'z' }], merge))
    expect(coded(merged.events)).toEqual(['thing.coded {"code":"z","at":null,"half":0.5,"pieces":0}'])
  })
})

describe('a hundred rows', () => {
  const bodies = (length: number) => Array.from({ length }, (_, n) => ({ code: `code-${n}`, flag: true }))

  it.each([
    ['made', 'POST things', {}],
    ['merged', 'POST things?on_conflict=code', merge],
  ])('%s: as many statements as for two, in one trip', async (_, line, headers) => {
    const two = await stage.writeAll([await tell(line, bodies(2), headers)], service, 'two')
    await stage.query('delete from things where flag')
    await stage.fill(things, [{ code: 'code-50' }].slice(line === 'POST things' ? 1 : 0))
    const { sent, trips, audit, events } = await written(
      stage,
      service,
      await tell(line, bodies(100), headers),
    )
    expect([sent.length, trips]).toEqual([two.sent.length, 1])
    expect([audit.length, events.length]).toEqual([100, line === 'POST things' ? 200 : 199])
  })

  it('changed and deleted, each in one statement more for each kind of record', async () => {
    await stage.fill(things, bodies(100))
    const changed = await written(stage, service, await tell('PATCH things?flag=is.true', { big: 1 }))
    expect([changed.audit.length, changed.events.length, changed.trips]).toEqual([100, 100, 1])
    const deleted = await written(stage, service, await tell('DELETE things?flag=is.true'))
    expect([deleted.audit.length, deleted.events.length, deleted.trips]).toEqual([100, 100, 1])
    expect([changed.sent.length, deleted.sent.length]).toEqual([9, 6])
    expect(await countOf('selvage_touched')).toEqual({ type: 'integer', value: '0' })
  })
})
