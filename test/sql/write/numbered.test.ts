import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { service, type UserCaller } from '../../../src/model/caller/caller.ts'
import type { WriteRequest } from '../../../src/query/write/intent.ts'
import { library, librarySeed, reader } from '../../property/worlds/library_backend.ts'
import { tell, written } from '../record/tell.ts'
import { type Stage, startStage } from '../stage.ts'

/** Rows of one body of which some bring their key, and others leave it to the database. */

let stage: Stage
let asReader: UserCaller

beforeEach(async () => {
  await stage?.stop()
  stage = await startStage(library, librarySeed)
  asReader = await stage.signIn(reader)
})
afterAll(() => stage.stop())

/** As with `missing=default`: what a row does not give is left to its default. */
async function some(line: string, rows: readonly object[], prefer = ''): Promise<WriteRequest> {
  const request = await tell(line, rows, { prefer: `return=representation, ${prefer}` })
  const cells = request.rows.map((row) => row.map((cell) => (cell === null ? undefined : cell)))
  const sparse = request.intent.columns.filter((_, index) => cells.some((row) => row[index] === undefined))
  return { ...request, rows: cells, intent: { ...request.intent, sparse } }
}

async function replyTo(request: WriteRequest): Promise<string> {
  const { answers } = await written(stage, service, request)
  return answers.map(({ answer }) => new TextDecoder().decode(answer?.body)).join()
}

describe('the policy of making rows', () => {
  // The highest number is 9 before, so that -11 lies where the engine could look for what it remembers of it.
  it.each([-11, -2, -4_503_599_627_370_496, 40])('judges the row of the key %i', async (id) => {
    const rows = [
      { id, title: 'Too many', copies: 100 },
      { id: null, title: 'Plain', copies: 1 },
    ]
    await expect(
      written(stage, asReader, await some('POST books?columns=id,title,copies', rows)),
    ).rejects.toThrow(/row-level security/)
  })

  it('has no key to judge below the safe integers', async () => {
    const row = { id: -9_007_199_254_740_992, title: 'Deep' }
    await expect(written(stage, asReader, await tell('POST books', row))).rejects.toThrow(/out of range/)
  })
})

describe('the reply is in the order of the body', () => {
  it('of rows with and without a key', async () => {
    await stage.query("insert into publishers values (20, 'Twenty')")
    const rows = [{ id: 14 }, { id: 13 }, { id: null }, { id: 30 }, { id: null }].map((row, index) => ({
      ...row,
      name: `n${index}`,
    }))
    expect(await replyTo(await some('POST publishers?columns=id,name&select=name', rows))).toBe(
      '[{"name":"n0"},{"name":"n1"},{"name":"n2"},{"name":"n3"},{"name":"n4"}]',
    )
  })

  it('of rows that are merged, and of rows that are new', async () => {
    const rows = [{ isbn: 'i1' }, { isbn: 'i4' }, { isbn: null }, { isbn: 'new' }, { isbn: null }].map(
      (row, index) => ({ ...row, title: `t${index}` }),
    )
    const request = await tell('POST books?on_conflict=isbn&select=title', rows, {
      prefer: 'return=representation, resolution=merge-duplicates',
    })
    expect(await replyTo(request)).toBe(
      '[{"title":"t0"},{"title":"t1"},{"title":"t2"},{"title":"t3"},{"title":"t4"}]',
    )
  })
})
