import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { service, type UserCaller } from '../../../src/model/caller/caller.ts'
import { library, librarySeed, reader } from '../../property/worlds/library_backend.ts'
import { tell, written } from '../record/tell.ts'
import { type Stage, startStage } from '../stage.ts'

/** Rows that are there already. */

let stage: Stage
let asReader: UserCaller

beforeAll(async () => {
  stage = await startStage(library, librarySeed)
  asReader = await stage.signIn(reader)
})
afterAll(() => stage.stop())

const merging = { prefer: 'resolution=merge-duplicates, return=representation' }
const ignoring = { prefer: 'resolution=ignore-duplicates' }

describe('a row that is ignored', () => {
  // The second suggestion is about a book whose time is over, the third one about one that everybody sees.
  it.each([2, 3])('is not asked what it refers to: %i', async (id) => {
    const suggestion = { id, book_id: 3, body: 'Mine' }
    const { answers, audit } = await written(
      stage,
      asReader,
      await tell('POST suggestions', suggestion, ignoring),
    )
    expect([answers.map(({ affected }) => affected), audit]).toEqual([[0], []])
  })

  it('is beside a new one, which is', async () => {
    const rows = [
      { id: 2, book_id: 3, body: 'Mine' },
      { id: 40, book_id: 2, body: 'Mine' },
    ]
    await expect(written(stage, asReader, await tell('POST suggestions', rows, ignoring))).rejects.toThrow(
      /violates foreign key constraint/,
    )
    expect(await written(stage, service, await tell('DELETE suggestions?id=eq.40'))).toMatchObject({
      audit: [],
    })
  })
})

describe('a merge by another unique field than the key', () => {
  it('leaves the row alone whose key the body has', async () => {
    const { answers, audit } = await written(
      stage,
      service,
      await tell(
        'POST books?on_conflict=isbn&select=id,title',
        { id: 5, isbn: 'i4', title: 'Merged' },
        merging,
      ),
    )
    const [body] = answers.map(({ answer }) => new TextDecoder().decode(answer?.body))
    expect(body).toBe('[{"id":4,"title":"Merged"}]')
    expect(audit.map(({ what }) => what)).toEqual(['update books {"id":4}'])
  })

  it('makes a row that has no value there', async () => {
    const rows = [
      { id: 50, isbn: null, title: 'New' },
      { id: 5, isbn: 'i4', title: 'Again' },
    ]
    const { answers, audit } = await written(
      stage,
      service,
      await tell('POST books?on_conflict=isbn&select=id,title', rows, merging),
    )
    const [body] = answers.map(({ answer }) => new TextDecoder().decode(answer?.body))
    expect(body).toBe('[{"id":50,"title":"New"},{"id":4,"title":"Again"}]')
    expect(audit.map(({ what }) => what)).toEqual(['create books {"id":50}', 'update books {"id":4}'])
  })
})
