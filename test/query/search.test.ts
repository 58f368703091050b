import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '../../src/base/problem.ts'
import { service } from '../../src/model/caller/caller.ts'
import fixture from '../fixture/index.ts'
import seed from '../fixture/seed.ts'
import { samples } from '../fixture/values.ts'
import { ask, rowsOf } from '../sql/ask.ts'
import { type Stage, startStage } from '../sql/stage.ts'

/** Words that a client searches for are never syntax of FTS5; patterns are never syntax of GLOB. */

let stage: Stage

beforeAll(async () => {
  stage = await startStage(fixture, seed('small'))
})
afterAll(() => stage.stop())

const tricky = fc.constantFrom(
  '"',
  "'",
  '*',
  '^',
  '+',
  '-',
  ':',
  '(',
  ')',
  '{',
  '}',
  'AND',
  'OR',
  'NOT',
  'NEAR',
  '\0',
  'a',
  'é',
  ' ',
  '&',
  '|',
  '!',
  '<->',
  ':*',
  ',',
  '日本',
  '\u0301',
)
const words = fc.oneof(
  fc.array(tricky, { maxLength: 10 }).map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.toWellFormed()),
)

describe('full-text search', () => {
  it('of anything at all is an answer, or is refused as a text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('fts', 'plfts', 'phfts', 'wfts'), words, async (operator, text) => {
        const request = ask(`samples?select=id&title=${operator}.x`)
        const values = request.values.map((value) => (value === 'x' ? text : value))
        try {
          expect((await stage.read({ ...request, values }, service)).body).toMatch(/^\[.*\]$/)
        } catch (error) {
          if (!(error instanceof Problem)) throw error
          expect(error.code, `${error.message} ${String(error.cause)}`).toBe('22023')
        }
      }),
      { seed: 1, numRuns: 400 },
    )
  })

  it.each([
    ['phfts.said fox', [4_001]],
    ['phfts.fox said', []],
    ['plfts.fox said', [4_001]],
    ['fts.said <-> fox', [4_001]],
    ['fts.fox <-> said', []],
    ['fts.fo:*', [4_001, 4_002]],
    ['fts.said & (fox | hare) & !hare', [4_001]],
    ['wfts."said fox" or hare', [4_001, 4_002]],
    ['wfts.fox -said', [4_002]],
    ['wfts.fox -said -so', [4_002]],
    [`wfts.fox${' -none'.repeat(300)}`, [4_001, 4_002]],
    [`fts.fox${' & !none'.repeat(300)}`, [4_001, 4_002]],
    ['plfts.FOX', [4_001, 4_002]],
    ['plfts.', []],
    ['not.plfts.fox', [4_003]],
  ])('%s finds %j', async (filter, ids) => {
    await stage.query('delete from samples where id > 4000')
    await stage.fill(samples, [
      { id: 4_001, title: 'So it said: Fox!' },
      { id: 4_002, title: 'fox, hare' },
      { id: 4_003, title: 'nobody' },
    ])
    const path = `samples?select=id&title=${encodeURIComponent(filter)}&id=gt.4000&order=id`
    expect(await rowsOf(stage, path, service)).toEqual(ids.map((id) => ({ id })))
  })
})

it.each(['(a|b) <-> c', 'a <-> (b & c)', 'a <-> (b <-> c)', '(a) <-> b'])('%s is refused', async (query) => {
  const path = `samples?select=id&title=fts.${encodeURIComponent(query)}`
  await expect(stage.read(ask(path), service)).rejects.toMatchObject({ code: '22023' })
})

describe('patterns', () => {
  it.each([
    ['like.100%25*', [7]],
    ['like.*\\_sure\\_*', [7]],
    ['like.ordinary', [8]],
    ['ilike.ordinary', [1, 8]],
    ['ilike.*\\\\O/', [7]],
    ['like.*[*', []],
    ['match.^Ord', [1]],
    ['imatch.^ord', [1, 8]],
  ])('%s finds %j', async (filter, ids) => {
    expect(await rowsOf(stage, `samples?select=id&title=${filter}&id=lt.1000&order=id`, service)).toEqual(
      ids.map((id) => ({ id })),
    )
  })
})
