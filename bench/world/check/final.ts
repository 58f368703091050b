import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { query } from '../../data/query.ts'
import type { Scene } from '../load/client.ts'
import { initialStock, versionIn } from '../node/catalogue.ts'
import type { DatabaseNode } from '../node/nodes.ts'
import { noteIn, orderName } from '../node/people.ts'
import { productName, salesName } from './names.ts'

/** How long a replica may take to have all, when nothing is written any more. */
const catchUpMilliseconds = 30_000

/** When all is quiet: what was answered must be on every node, and once. */
export async function checkNodes(
  { checker, tally, violations }: Pick<Scene, 'checker' | 'tally' | 'violations'>,
  primary: DatabaseNode,
  replicas: readonly DatabaseNode[],
): Promise<void> {
  const wanted = await stateOf(primary.url)
  for (const node of [primary, ...replicas]) {
    const state = await caughtUp(node, wanted)
    const place = node.city.name
    for (const object of checker.objects()) checker.final(place, object, state.versions[object] ?? 0)
    for (const object of tally.objects()) tally.final(place, object, state.sales[object] ?? 0)
    for (const object of state.doubled)
      violations.add('twice', `${object} is there more than once on ${place}`)
  }
}

interface State {
  readonly versions: Readonly<Record<string, number>>
  readonly sales: Readonly<Record<string, number>>
  readonly doubled: readonly string[]
}

async function caughtUp(node: DatabaseNode, wanted: State): Promise<State> {
  const until = Date.now() + catchUpMilliseconds
  for (;;) {
    try {
      const state = await stateOf(node.url)
      if (isDeepStrictEqual(state, wanted) || Date.now() > until) return state
    } catch (error) {
      // One that was killed a moment ago, and begins anew, has no database until it has asked for all of it.
      if (Date.now() > until) throw error
    }
    await sleep(100)
  }
}

async function stateOf(url: string): Promise<State> {
  const versions: Record<string, number> = {}
  const sales: Record<string, number> = {}
  const doubled: string[] = []
  for (const { note } of await query(url, "select note from orders where note like 'canary:%' order by id")) {
    const found = noteIn(String(note))
    if (found === null) continue
    const name = orderName(found)
    if (versions[name] !== undefined) doubled.push(name)
    versions[name] = found.version
  }
  const products = await query(
    url,
    'select id, description, stock from products where description <> ? or stock <> ? order by id',
    ['', initialStock],
  )
  for (const { id, description, stock } of products) {
    versions[productName(String(id))] = versionIn(String(description))
    if (Number(stock) > 0) sales[salesName(String(id))] = initialStock - Number(stock)
  }
  return { versions, sales, doubled }
}
