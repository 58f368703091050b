import { afterAll, beforeAll, expect, it } from 'vitest'
import shop from '../../src/backend/index.ts'
import seed, { ada, bob, grace } from '../../src/backend/seed.ts'
import { anonymous } from '../../src/model/caller/caller.ts'
import { ask } from './ask.ts'
import { type Stage, startStage } from './stage.ts'

/** Plans are kept by shape: values and lengths of lists are no shape, and no value is in a text. */

let stage: Stage

beforeAll(async () => {
  stage = await startStage(shop, seed('small'))
})
afterAll(() => stage.stop())

async function textOf(path: string): Promise<string> {
  return (await stage.read(ask(path), anonymous)).sent.sql
}

it('a second request of a known shape compiles nothing', async () => {
  const shape = (name: string, limit: number) =>
    `tags?select=id,name&name=eq.${name}&order=name&limit=${limit}`
  const first = await textOf(shape('new', 1))
  const made = stage.plans.made
  expect(await textOf(shape('sale', 7))).toBe(first)
  expect(stage.plans.made).toBe(made)
  expect(await textOf(`${shape('new', 1)}&published=is.true`)).not.toBe(first)
  expect(stage.plans.made).toBe(made + 1)
})

it('users of one role share a plan, users of two roles do not', async () => {
  const request = ask('orders?select=id,status&limit=2')
  const [one, other, staff] = [await stage.signIn(ada), await stage.signIn(bob), await stage.signIn(grace)]
  const first = await stage.read(request, one)
  const made = stage.plans.made
  const second = await stage.read(request, other)
  expect(second.sent.sql).toBe(first.sent.sql)
  expect(second.body).not.toBe(first.body)
  expect(stage.plans.made).toBe(made)
  expect((await stage.read(request, staff)).sent.sql).not.toBe(first.sent.sql)
})

it('a list of 1 and a list of 1,000 give one text', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => n)
  const one = await textOf('products?select=id&stock=in.(7)')
  expect(await textOf(`products?select=id&stock=in.(${many.join(',')})`)).toBe(one)
  const any = await textOf('products?select=id&stock=gt(any).{7}')
  expect(await textOf(`products?select=id&stock=gt(any).{${many.join(',')}}`)).toBe(any)
})

it('no value is in a text, of filters, of keys and of callers', async () => {
  const evil = `zyx'); drop table "tags" --`
  const value = encodeURIComponent(`"${evil.replaceAll('"', '\\"')}"`)
  const raw = encodeURIComponent(evil)
  for (const path of [
    `tags?name=eq.${raw}`,
    `tags?name=in.(${value},b)`,
    `tags?name=like(any).{${value}}`,
    `tags?or=(name.ilike.${value},not.and(name.match.zyx,id.neq.${value}))`,
    `products?attributes->>a=eq.${raw}`,
    `products?attributes->a=eq.${value}`,
    `products?attributes=cs.${value}`,
    `products?name=plfts.${raw}`,
    `tags?select=name,products(name)&products.name=eq.${raw}&products.limit=3&products.order=id`,
    `tags/${encodeURIComponent('zyx')}`,
  ]) {
    expect(await textOf(path), path).not.toContain('zyx')
  }
  const { sent } = await stage.read(ask('orders?select=id'), await stage.signIn(ada))
  expect(sent.sql).not.toContain(ada.id)
  expect((await stage.query('select count(*) from tags')).rows).toEqual([[{ type: 'integer', value: '12' }]])
})
