import { type Audience, readVerdict } from '../model/audience.ts'
import type { Resource } from '../model/resource.ts'
import type { Embed, Gate, Guarded, Node, Tree, Ungated } from './tree.ts'

/** The one gate: puts the policy of every resource that a tree touches, also of tables in the middle, into it. */
export function guard(tree: Tree, audience: Audience): Guarded {
  return { ...tree, root: guardNode(tree.root, audience) }
}

function guardNode(node: Node<Ungated>, audience: Audience): Node<Gate> {
  return {
    ...node,
    gate: gateOf(node.resource, audience),
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
        : { row: embed.through.row, gate: gateOf(middle, audience) },
  }
}

function gateOf(resource: Resource, audience: Audience): Gate {
  // The only place where a gate comes into being.
  return { verdict: readVerdict(resource, audience) } as Gate
}
