import { and, type Verdict } from '../declare/policy.ts'
import { type Action, type Audience, verdictOf } from '../model/caller/audience.ts'
import type { Resource } from '../model/resource.ts'
import { isAlive } from '../model/rule/life.ts'
import type { Embed, Gate, Guarded, Node, Tree, Ungated } from './tree.ts'
import type { Conflict, GuardedWrite, Parent, UnguardedWrite } from './write/tree.ts'

/** The one gate: puts the policy of every resource that a tree touches, also of tables in the middle, into it. */
export function guard(tree: Tree, audience: Audience): Guarded {
  return { ...tree, root: guardNode(tree.root, audience) }
}

/** The same gate for a write: what it touches, what comes out of it, what it refers to, and what is answered. */
export function guardWrite(tree: UnguardedWrite, audience: Audience): GuardedWrite {
  const { resource } = tree.root
  const root = guardNode(tree.root, audience)
  const rows = { audience, resource }
  switch (tree.kind) {
    case 'insert':
      return {
        ...tree,
        root,
        outcome: gateOf(rows, 'create'),
        parents: tree.parents.map((parent) => guardParent(parent, audience)),
        conflict: tree.conflict === null ? null : guardConflict(tree.conflict, rows),
      }
    case 'update':
      return {
        ...tree,
        root,
        touched: gateOf(rows, 'read', 'update_from'),
        outcome: gateOf(rows, 'update_to'),
        parents: tree.parents.map((parent) => guardParent(parent, audience)),
      }
    case 'delete':
      return { ...tree, root, touched: gateOf(rows, 'read', 'delete') }
  }
}

function guardNode(node: Node<Ungated>, audience: Audience): Node<Gate> {
  return {
    ...node,
    gate: gateOf({ audience, resource: node.resource }, 'read'),
    embeds: node.embeds.map((embed) => guardEmbed(embed, audience)),
  }
}

function guardEmbed(embed: Embed<Ungated>, audience: Audience): Embed<Gate> {
  const middle = embed.relation.through?.resource
  return {
    ...embed,
    node: guardNode(embed.node, audience),
    through:
      embed.through === null || middle === undefined
        ? null
        : { row: embed.through.row, gate: gateOf({ audience, resource: middle }, 'read') },
  }
}

function guardParent(parent: Parent<Ungated>, audience: Audience): Parent<Gate> {
  return { ...parent, gate: gateOf({ audience, resource: parent.relation.to }, 'read') }
}

function guardConflict(conflict: Conflict<Ungated>, rows: Rows): Conflict<Gate> {
  return {
    ...conflict,
    touched: gate(policyOf(rows, ['read', 'update_from'])),
    alive: gate(isAlive(rows.resource)),
    outcome: gateOf(rows, 'update_to'),
  }
}

interface Rows {
  readonly audience: Audience
  readonly resource: Resource
}

/**
 * No row is touched that may not be read, and a row whose life is over may not: so it is absent wherever a gate asks
 * for reading. A row as it will be may be at its end: to let a row expire is a change like another.
 */
function gateOf(rows: Rows, ...needed: readonly Action[]): Gate {
  const policy = policyOf(rows, needed)
  return gate(needed.includes('read') ? and(policy, isAlive(rows.resource)) : policy)
}

function policyOf({ audience, resource }: Rows, needed: readonly Action[]): Verdict {
  return and(...needed.map((action) => verdictOf(resource, action, audience)))
}

function gate(verdict: Verdict): Gate {
  // The only place where a gate comes into being.
  return { verdict } as Gate
}
