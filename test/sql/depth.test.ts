import { afterAll, beforeAll, expect, it } from 'vitest'
import shop from '../../src/backend/index.ts'
import seed from '../../src/backend/seed.ts'
import { anonymous } from '../../src/model/caller/caller.ts'
import { ask, rowsOf } from './ask.ts'
import { type Stage, startStage } from './stage.ts'

/** SQLite's parser holds a hundred open symbols: what nests must not come near it, or be refused by name. */

let stage: Stage

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
})
afterAll(() => stage.stop())

const nested = (levels: number, open: string, innermost: string): string =>
  levels === 0 ? innermost : `name,${open}(${nested(levels - 1, open, innermost)})`

it.each(['categories', 'categories!inner', 'parent'])('five levels of %s are read', async (embed) => {
  expect(await rowsOf(stage, `categories?select=${nested(5, embed, 'name')}`, anonymous)).toBeInstanceOf(
    Array,
  )
})

it('ten levels of and, or and not are read, also in an embed', async () => {
  const logic = (levels: number): string =>
    levels === 0 ? 'name.eq.a' : `${levels % 2 === 0 ? 'or' : 'not.and'}(stock.gte.0,${logic(levels - 1)})`
  const filter = `or=(stock.gte.0,${logic(9)})`
  expect(await rowsOf(stage, `products?select=name&limit=1&${filter}`, anonymous)).toHaveLength(1)
  const path = `categories?select=name,products(name)&products.${filter}&limit=1`
  expect(await rowsOf(stage, path, anonymous)).toHaveLength(1)
})

it('what is deeper than SQLite reads is refused by name', async () => {
  const filter = `${'categories.'.repeat(4)}products.attributes=cs.{a}`
  const path = `categories?select=${nested(4, 'categories', 'name,products(attributes->>a)')}&${filter}`
  await expect(stage.read(ask(path), anonymous)).rejects.toMatchObject({ code: 'LIMIT_EMBEDS', status: 400 })
})
