import {
  declaredAudiences,
  isFieldVisible,
  isFieldWritable,
  isVisible,
  verdictOf,
} from '../../model/caller/audience.ts'
import type { Field } from '../../model/field.ts'
import type { Model } from '../../model/model.ts'
import { isToOne } from '../../model/relation.ts'
import type { Relation, Resource } from '../../model/resource.ts'
import { isUsable } from '../../query/name.ts'

/**
 * A resource as far as one role or another may use it. One file of types is for the clients of every role, so a
 * field is in it that some role sees or writes; what is for a service key alone is not.
 */
export interface Seen {
  readonly resource: Resource
  readonly row: readonly Field[]
  /** What a new row may be given; null: nobody makes one. */
  readonly insert: readonly Field[] | null
  /** What may change; null: nothing. */
  readonly update: readonly Field[] | null
  /** Its own foreign keys. */
  readonly parents: readonly Relation[]
  /** By the names that the author gave. */
  readonly embeds: readonly SeenEmbed[]
}

export interface SeenEmbed {
  readonly name: string
  readonly relation: Relation
  readonly toOne: boolean
  /** Whether every reader of a row finds a row at the other end. */
  readonly certain: boolean
}

/** In the order of the declaration; without those of which no role may read or make a row. */
export function seenOf(model: Model): readonly Seen[] {
  const audiences = declaredAudiences(model.roles)
  return [...model.resources.values()].flatMap((resource) => {
    const fields = [...resource.fields.values()]
    const readers = audiences.filter((audience) => isVisible(resource, audience))
    const makers = audiences.filter((audience) => verdictOf(resource, 'create', audience) !== false)
    const changers = readers.filter(
      (audience) =>
        verdictOf(resource, 'update_from', audience) !== false &&
        verdictOf(resource, 'update_to', audience) !== false,
    )
    if (readers.length === 0 && makers.length === 0) return []
    const writable = (by: typeof audiences, verb: 'insert' | 'update') =>
      fields.filter(
        (field) =>
          field.column.generated === undefined &&
          by.some((audience) => isFieldWritable(resource, field, audience, verb)),
      )
    const update = writable(changers, 'update')
    const isSeen = (relation: Relation) => readers.some((audience) => isUsable(relation, audience))
    return {
      resource,
      row: fields.filter((field) => readers.some((audience) => isFieldVisible(field, audience))),
      insert: makers.length === 0 ? null : writable(makers, 'insert'),
      update: update.length === 0 ? null : update,
      parents: resource.relations.filter((relation) => relation.kind === 'many-to-one' && isSeen(relation)),
      embeds: [...resource.embeds]
        .filter(([, relation]) => isSeen(relation))
        .map(([name, relation]) => ({
          name,
          relation,
          toOne: isToOne(relation),
          certain:
            relation.kind === 'many-to-one' &&
            relation.pairs.every(({ from }) => !from.nullable) &&
            readers.every((audience) => verdictOf(relation.to, 'read', audience) === true),
        })),
    }
  })
}
