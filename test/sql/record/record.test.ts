import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anonymous, service, type UserCaller } from '../../../src/model/caller/caller.ts'
import { type Stage, startStage } from '../stage.ts'
import store, { parts, things, wide } from './store.ts'
import { emptied, left, tell, written } from './tell.ts'

/** What a write leaves in the audit and in the outbox, in its own transaction. */

const user = { id: 'user-1', email: 'user-1@example.com', role: 'member' }
let stage: Stage
let member: UserCaller

beforeAll(async () => {
  stage = await startStage(store, { users: [{ ...user, password: null }], rows: [] })
  member = await stage.signIn(user)
})
afterAll(() => stage.stop())
beforeEach(() => emptied(stage))

const objects = (texts: readonly (string | null)[]) =>
  texts.map((text) => (text === null ? null : JSON.parse(text)))

describe('who and when', () => {
  it.each([
    ['a user', () => member, ['user-1', 'member']],
    ['a service key', () => service, [null, 'service_role']],
    ['nobody', () => anonymous, [null, 'anon']],
  ] as const)('%s', async (_, caller, who) => {
    const earliest = Date.now()
    const { requestId, trips } = await written(stage, caller(), await tell('POST things', { code: 'open' }))
    const { rows } = await stage.query('select caller_id, role, request_id, at from selvage_audit')
    const [id, role, request, at] = (rows[0] ?? []).map((value) =>
      value.type === 'null' || value.type === 'blob' ? null : value.value,
    )
    expect([id, role, request]).toEqual([...who, requestId])
    expect(Number(at)).toBeGreaterThanOrEqual(earliest)
    expect(Number(at)).toBeLessThanOrEqual(Date.now())
    expect(trips).toBe(1)
  })
})

describe('a row that is made', () => {
  it('is kept as an answer would write it, without its secret', async () => {
    const { audit } = await written(
      stage,
      service,
      await tell('POST things', {
        ...{ code: 'a', flag: true, ratio: 0.1, big: 7, at: '2026-01-02T03:04:05.678Z' },
        ...{ document: { deep: [1, null] }, bytes: 'AQID', digits: 12, exact: 1.5, 'a "b\\c.d': 'odd' },
        ...{ secret: 'hush', internal: 'inside' },
      }),
    )
    expect(audit).toEqual([
      {
        what: 'create things {"id":1}',
        before: null,
        after:
          '{"id":1,"code":"a","flag":true,"ratio":0.1,"big":7,"at":"2026-01-02T03:04:05.678Z","document":{"deep":[1,null]},"bytes":"AQID","digits":12,"exact":1.5,"a \\"b\\\\c.d":"odd","internal":"inside"}',
      },
    ])
  })

  it('is an event without what only some may see', async () => {
    const { events } = await written(
      stage,
      service,
      await tell('POST things', { code: 'a', secret: 'hush', internal: 'x' }),
    )
    expect(events).toEqual([
      'things.created {"id":1,"code":"a","flag":null,"ratio":null,"big":null,"at":null,"document":null,"bytes":null,"digits":null,"exact":null,"a \\"b\\\\c.d":null}',
    ])
  })

  it('is found by the key that the body gives, of several parts too', async () => {
    const rows = [
      { thing_id: 1, number: 2, name: 'b' },
      { thing_id: 1, number: 1, name: 'a' },
    ]
    const { audit, events } = await written(stage, service, await tell('POST parts', rows))
    expect(audit.map(({ what }) => what)).toEqual([
      'create parts {"thing_id":1,"number":2}',
      'create parts {"thing_id":1,"number":1}',
    ])
    expect(objects(audit.map(({ after }) => after))).toEqual(rows)
    expect(events).toEqual([])
  })

  it('of a resource that declares nothing leaves nothing', async () => {
    expect(await written(stage, service, await tell('POST plain', { name: 'a' }))).toMatchObject({
      audit: [],
      events: [],
    })
  })
})

describe('a row that changes', () => {
  it('is kept by the fields that changed, before and after', async () => {
    await stage.fill(things, [
      { id: 5, code: 'a', ratio: 1 / 3, document: { a: 1 }, internal: 'x', 'a "b\\c.d': 'o' },
    ])
    const { audit, events, trips } = await written(
      stage,
      service,
      await tell('PATCH things?id=eq.5', {
        ...{ code: 'a', ratio: 0.5, flag: false, document: { a: 2 }, internal: null },
        ...{ 'a "b\\c.d': 'p', secret: 'hush' },
      }),
    )
    expect(audit).toEqual([
      {
        what: 'update things {"id":5}',
        before:
          '{"flag":null,"ratio":0.33333333333333331,"document":{"a":1},"a \\"b\\\\c.d":"o","internal":"x"}',
        after: '{"flag":false,"ratio":0.5,"document":{"a":2},"a \\"b\\\\c.d":"p","internal":null}',
      },
    ])
    expect(events.map((event) => event.slice(0, 31))).toEqual(['things.updated {"id":5,"code":"'])
    expect(trips).toBe(1)
  })

  it('to what it was, or in its secret alone, leaves that it was written', async () => {
    await stage.fill(things, [{ id: 5, code: 'a', secret: 'old' }])
    const { audit } = await written(
      stage,
      service,
      await tell('PATCH things?id=eq.5', { code: 'a', secret: 'new' }),
    )
    expect(audit).toEqual([{ what: 'update things {"id":5}', before: '{}', after: '{}' }])
  })

  it('of many columns', async () => {
    await stage.fill(wide, [{ id: 1 }])
    const { audit } = await written(
      stage,
      service,
      await tell('PATCH wide?id=eq.1', { column_0: -1, column_79: -2 }),
    )
    expect(audit.map(({ before, after }) => [before, after])).toEqual([
      ['{"column_0":0,"column_79":79}', '{"column_0":-1,"column_79":-2}'],
    ])
  })
})

describe('a row that goes', () => {
  it('is kept as it was', async () => {
    await stage.fill(parts, [
      { thing_id: 1, number: 1, name: 'a' },
      { thing_id: 1, number: 2, name: 'b' },
    ])
    const { audit } = await written(stage, service, await tell('DELETE parts?number=eq.2'))
    expect(audit).toEqual([
      {
        what: 'delete parts {"thing_id":1,"number":2}',
        before: '{"thing_id":1,"number":2,"name":"b"}',
        after: null,
      },
    ])
  })

  it('is an event with the row', async () => {
    await stage.fill(things, [{ id: 3, code: 'gone', secret: 'hush' }])
    const { events } = await written(stage, service, await tell('DELETE things?id=eq.3'))
    expect(events).toEqual([expect.stringMatching(/^things\.deleted \{"id":3,"code":"gone",/)])
    expect(events.join()).not.toContain('hush')
  })
})

describe('what is refused leaves nothing', () => {
  it.each([
    ['a policy', 'POST things', { code: 'closed' }, /row-level security/],
    ['a unique field', 'POST things', [{ code: 'open' }, { code: 'open' }], /duplicate key/],
    ['an update that is not for the caller', 'PATCH things?id=eq.1', { code: 'open' }, /permission denied/],
  ])('%s', async (_, line, body, says) => {
    await expect(
      tell(line, body).then((write) => stage.writeAll([write], anonymous, 'refused-1')),
    ).rejects.toThrow(says)
    expect(await left(stage, 'refused-1')).toEqual({ audit: [], events: [] })
  })

  it('also the operations before it', async () => {
    const writes = [
      await tell('POST parts', { thing_id: 1, number: 1 }),
      await tell('POST things', { code: 'no' }),
    ]
    await expect(stage.writeAll(writes, anonymous, 'refused-2')).rejects.toThrow(/row-level security/)
    expect(await left(stage, 'refused-2')).toEqual({ audit: [], events: [] })
  })

  it('a filter that finds nothing', async () => {
    expect(await written(stage, service, await tell('PATCH things?id=eq.77', { code: 'x' }))).toMatchObject({
      audit: [],
      events: [],
    })
  })
})
