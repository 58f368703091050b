import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { audienceOf } from '../../src/model/caller/audience.ts'
import { anonymous } from '../../src/model/caller/caller.ts'
import { linkModel } from '../../src/model/model.ts'
import { guard } from '../../src/query/guard.ts'
import { resolve } from '../../src/query/resolve.ts'
import type { Gate, Guarded, Node, Tree } from '../../src/query/tree.ts'
import { readStatement } from '../../src/sql/read.ts'
import { library } from '../property/worlds/library_backend.ts'
import { ask } from '../sql/ask.ts'

const model = linkModel(library)
const audience = audienceOf(model.roles, anonymous)
const tree = resolve(ask('authors?select=name,books(title,authors(name))').intent, model, audience)

/** Each line must be an error of the compiler, or `tsc` fails. */
const whatDoesNotCompile = (node: Node<Gate>): void => {
  // @ts-expect-error: a tree that did not pass the gate becomes no statement
  readStatement(tree, sql`true`, 1)
  // @ts-expect-error: a gate is no plain object
  const made: Gate = { verdict: true }
  // @ts-expect-error: nor a tree with such gates
  const forged: Guarded = { ...tree, root: { ...tree.root, gate: { verdict: true } } }
  // @ts-expect-error: an embed that did not pass cannot stand in a node that did
  const mixed: Node<Gate> = { ...node, embeds: tree.root.embeds }
  // @ts-expect-error: a node that passed is no tree that passed
  const half: Guarded = { ...tree, root: tree.root, session: node.gate !== null }
  void [made, forged, mixed, half]
}

it('is nothing that another module could write down', () => {
  // It is read by the compiler and never run.
  expect(whatDoesNotCompile).toHaveLength(1)
})

it('every hop has its gate, also the table in the middle', () => {
  const gates = gatesOf(guard(tree, audience).root)
  expect(gates).toHaveLength(5)
  expect(gates.every((gate) => gate !== null)).toBe(true)
  expect(gates.filter(({ verdict }) => verdict !== true)).toHaveLength(3)
})

it('a resolved tree has none', () => {
  const bare: Tree = tree
  expect(bare.root.gate).toBeNull()
})

function gatesOf(node: Node<Gate>): readonly Gate[] {
  return [
    node.gate,
    ...node.embeds.flatMap((embed) => [
      ...(embed.through === null ? [] : [embed.through.gate]),
      ...gatesOf(embed.node),
    ]),
  ]
}
