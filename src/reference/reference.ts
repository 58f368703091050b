import type { AuthRoute } from '../auth/feature.ts'
import { authRoutesOf } from '../auth/routes.ts'
import { Problem } from '../base/problem.ts'
import type { BackendDeclaration } from '../declare/backend.ts'
import { type Audience, isVisible } from '../model/caller/audience.ts'
import type { Field } from '../model/field.ts'
import type { Model } from '../model/model.ts'
import { isToOne } from '../model/relation.ts'
import type { Relation, Resource } from '../model/resource.ts'
import { findRelation, relatedNames, visibleFields } from '../query/name.ts'
import { type Operator, operators } from '../query/operator.ts'
import { describeProcedures, type ProcedureReference } from './procedure.ts'
import { filterName, identifiers, spelled } from './spelling.ts'
import { describeWrite, type WriteReference } from './write.ts'

/** All that an audience may use, and nothing else: OpenAPI and the page are made from this alone. */
export interface Reference {
  readonly name: string
  readonly description: string | null
  readonly asker: 'anonymous' | 'user' | 'service'
  readonly signUp: boolean
  /** Endpoints of sign-in. */
  readonly auth: readonly AuthRoute[]
  /** Whether a write may be tried and undone: `Prefer: tx=rollback`. */
  readonly trials: boolean
  readonly resources: readonly ResourceReference[]
  readonly procedures: readonly ProcedureReference[]
}

export interface ResourceReference {
  readonly name: string
  readonly description: string | null
  /** Unique, and of ASCII letters, digits and `_`. */
  readonly identifier: string
  /** Percent-encoded. */
  readonly path: string
  /** Whether there can be rows to read; else there are no fields, key and embeds, and rows can only be made. */
  readonly isReadable: boolean
  readonly fields: readonly FieldReference[]
  /** The primary key; null when a part of it is hidden, for then there are no items. */
  readonly key: readonly FieldReference[] | null
  readonly embeds: readonly EmbedReference[]
  readonly write: WriteReference
}

export interface FieldReference {
  readonly field: Field
  /** As `select` and `order` write it; null: it comes with `*`, but the grammar cannot name it. */
  readonly spelling: string | null
  /** The name of the parameter that filters by it; null as above. */
  readonly filter: string | null
  readonly operators: readonly Operator[]
}

export interface EmbedReference {
  /** As `select` writes it, with hint and alias where they are needed. */
  readonly spelling: string
  readonly to: string
  readonly toOne: boolean
}

export function describe(model: Model, audience: Audience): Reference {
  const { declaration } = model
  const usable = [...model.resources.values()].filter(
    (resource) => isVisible(resource, audience) || describeWrite(resource, audience).create !== null,
  )
  const identifierOf = identifiers(usable.map((resource) => resource.name))
  return {
    name: declaration.name,
    description: declaration.description ?? null,
    asker: askerOf(audience),
    signUp: isSignUpOpen(declaration),
    auth: describeAuth(declaration, audience),
    trials: declaration.trials === true,
    resources: usable.map((resource) =>
      describeResource(resource, audience, identifierOf.get(resource.name) ?? resource.name),
    ),
    procedures: describeProcedures(model, audience),
  }
}

function askerOf(audience: Audience): Reference['asker'] {
  if (audience.above) return 'service'
  return audience.session ? 'user' : 'anonymous'
}

/** What is for the secret key is told to its bearer alone. */
function describeAuth(declaration: BackendDeclaration, audience: Audience): readonly AuthRoute[] {
  return authRoutesOf(declaration).filter(
    ({ path, access }) =>
      (audience.above || access !== 'service') && (path !== '/signup' || isSignUpOpen(declaration)),
  )
}

function isSignUpOpen(declaration: BackendDeclaration): boolean {
  return declaration.signUp !== false
}

function describeResource(resource: Resource, audience: Audience, identifier: string): ResourceReference {
  const isReadable = isVisible(resource, audience)
  const seen = isReadable ? visibleFields(resource, audience) : []
  const fields = seen.map((field) => describeField(resource, field))
  const key = resource.key.flatMap((part) => fields.filter(({ field }) => field === part))
  return {
    name: resource.name,
    description: resource.options.description ?? null,
    identifier,
    path: `/rest/v1/${encodeURIComponent(resource.name)}`,
    isReadable,
    fields,
    key: key.length === resource.key.length ? key : null,
    embeds: isReadable ? describeEmbeds(resource, audience) : [],
    write: describeWrite(resource, audience),
  }
}

function describeField(resource: Resource, field: Field): FieldReference {
  const spelling = spelled(field.name)
  const usable = [...operators.values()].filter((operator) => applies(operator, resource, field))
  return { field, spelling, filter: filterName(field.name), operators: spelling === null ? [] : usable }
}

function applies({ operand }: Operator, resource: Resource, field: Field): boolean {
  switch (operand) {
    case 'value':
      return true
    case 'list':
      return field.kind !== 'blob'
    case 'container':
      return field.kind === 'json' || field.kind === 'json_blob'
    case 'pattern':
      return field.kind === 'text'
    case 'words':
      return resource.search.some((searched) => searched.name === field.name)
  }
}

/** Each relation once, by the first spelling that leads to it: tried with the very look-up that requests take. */
function describeEmbeds(resource: Resource, audience: Audience): readonly EmbedReference[] {
  if (relatedNames(resource, audience).length === 0) return []
  const columns = new Set(visibleFields(resource, audience).map((field) => field.name))
  return resource.relations.flatMap((relation) => {
    const spelling = spellingsOf(resource, relation).find(
      ({ name, hint }) => relationBehind(resource, audience, name, hint) === relation,
    )
    return spelling === undefined
      ? []
      : [{ spelling: aliased(spelling, columns), to: relation.to.name, toOne: isToOne(relation) }]
  })
}

/** Beside a column of the same name, as far as that is visible, an embed needs another one. */
function aliased({ name, text }: Spelling, columns: ReadonlySet<string>): string {
  return columns.has(name) ? `${name.replace(/\W+/g, '_')}_row:${text}` : text
}

interface Spelling {
  readonly name: string
  readonly hint: string | null
  readonly text: string
}

function spellingsOf(resource: Resource, relation: Relation): readonly Spelling[] {
  const declared = [...resource.embeds].filter(([, each]) => each === relation).map(([name]) => name)
  const column =
    relation.kind === 'many-to-one' && relation.pairs.length === 1 ? relation.pairs[0] : undefined
  const bare = [...declared, relation.to.name, ...(column === undefined ? [] : [column.from.name])]
  const hints = [...(relation.through === null ? [] : [relation.through.resource.name]), ...relation.hints]
  return [
    ...bare.map((name) => ({ name, hint: null })),
    ...hints.map((hint) => ({ name: relation.to.name, hint })),
  ].flatMap(({ name, hint }) => {
    const text = spelled(name)
    const hinted = hint === null ? null : spelled(hint)
    if (text === null || (hint !== null && hinted === null)) return []
    return [{ name, hint, text: hinted === null ? text : `${text}!${hinted}` }]
  })
}

function relationBehind(
  resource: Resource,
  audience: Audience,
  name: string,
  hint: string | null,
): Relation | null {
  try {
    return findRelation(resource, audience, name, hint)
  } catch (error) {
    // Hidden, or this spelling means several: then it is not one to recommend.
    if (error instanceof Problem && (error.code === 'PGRST200' || error.code === 'PGRST201')) return null
    throw error
  }
}
