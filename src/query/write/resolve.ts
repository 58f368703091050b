import { Problem } from '../../base/problem.ts'
import { type Audience, isFieldWritable, isVisible, verdictOf } from '../../model/caller/audience.ts'
import type { Field } from '../../model/field.ts'
import type { Model } from '../../model/model.ts'
import type { Resource } from '../../model/resource.ts'
import { findResource } from '../name.ts'
import { newScope, resolveKey, resolveNode, type Scope, visibleVersion } from '../resolve.ts'
import type { Ungated } from '../tree.ts'
import { defaultExpression, isKnown, resolveCells, resolveField } from './cells.ts'
import type { ConflictIntent, WriteIntent } from './intent.ts'
import type { Cell, Conflict, Match, Parent, UnguardedWrite } from './tree.ts'

/**
 * Turns what is to be written into entries of the model, as far as the audience may write it.
 * @throws Problem for each name that is not there or must not be written, and for what cannot be combined
 */
export function resolveWrite(intent: WriteIntent, model: Model, audience: Audience): UnguardedWrite {
  const resource = findTarget(intent, model, audience)
  const scope = newScope(audience)
  const node = resolveNode(intent.root, resource, scope)
  const filters = intent.root.where.length
  const shared = {
    root: { ...node, where: node.where.slice(filters) },
    reply: intent.reply,
    isSingle: intent.isSingle,
    session: audience.session,
    cap: intent.cap,
    match: resolveMatch(intent, resource),
    shownVersion: visibleVersion(resource, audience),
  }
  if (intent.kind === 'insert') {
    const key = intent.key === null ? [] : resolveKey(intent.key, resource, audience)
    const fromPath = key.map(({ field }) => field.name).filter((name) => !intent.columns.includes(name))
    const on = intent.conflict === null ? [] : conflictFields(intent.conflict, resource, audience)
    const columns = [...intent.columns, ...fromPath]
    const cells = resolveCells({ ...intent, columns }, resource, audience, on)
    return {
      ...shared,
      kind: 'insert',
      key,
      cells,
      isList: intent.isList,
      outcome: null,
      parents: parentsOf(cells, resource, scope),
      conflict:
        intent.conflict === null ? null : resolveConflict(intent.conflict, on, cells, { resource, audience }),
    }
  }
  refuseUnfiltered(intent, resource)
  const chosen = {
    touched: null,
    where: node.where.slice(0, filters),
    condition: true,
    key: intent.key === null ? [] : resolveKey(intent.key, resource, audience),
  }
  if (intent.kind === 'delete') return { ...shared, ...chosen, kind: 'delete' }
  const cells = resolveCells(intent, resource, audience)
  return {
    ...shared,
    ...chosen,
    kind: 'update',
    cells,
    outcome: null,
    parents: parentsOf(cells, resource, scope),
  }
}

/** What may be made without being read has a name for who may make it. */
function findTarget(intent: WriteIntent, model: Model, audience: Audience): Resource {
  const named = model.resources.get(intent.resource)
  const allowed = named !== undefined && isAllowed(intent, named, audience)
  if (allowed && (isVisible(named, audience) || intent.kind === 'insert')) return named
  const resource = findResource(model, audience, intent.resource)
  throw denied(`permission denied for table ${resource.name}`, audience)
}

function isAllowed(intent: WriteIntent, resource: Resource, audience: Audience): boolean {
  switch (intent.kind) {
    case 'insert':
      return verdictOf(resource, 'create', audience) !== false
    case 'update':
      return verdictOf(resource, 'update_from', audience) !== false
    case 'delete':
      return verdictOf(resource, 'delete', audience) !== false
  }
}

/** Nobody is asked to sign in; somebody is told that it is not for them. */
function denied(message: string, audience: Audience): Problem {
  return audience.above || audience.session
    ? new Problem('42501', { message })
    : new Problem('42501', { message, status: 401, hint: 'Sign in first.' })
}

/** @throws Problem 428 where the resource demands that a change says what it is a change of */
function resolveMatch({ match, kind, key, conflict }: WriteIntent, resource: Resource): Match | null {
  if (match === null) {
    const isOnlyNew = kind === 'insert' && key === null && (conflict === null || conflict.action === 'ignore')
    if (resource.options.requireMatch !== true || isOnlyNew) return null
    throw new Problem('PRECONDITION_REQUIRED', {
      message: `Items of '${resource.name}' change one by one, and each change says what it is a change of`,
      hint: 'Read the item, and send its ETag as If-Match.',
    })
  }
  if (match.kind !== 'version') return match
  if (resource.version !== null) return { ...match, field: resource.version }
  throw new Problem('PRECONDITION_UNSUPPORTED', {
    message: `Items of '${resource.name}' have no version that If-Match could name`,
    hint: 'Give the table `...timestamps()`: updated_at is the version. `If-Match: *` works without.',
  })
}

/** As PostgreSQL's safeupdate: whoever forgets a filter does not lose a table. @throws Problem 21000 */
function refuseUnfiltered(intent: WriteIntent, resource: Resource): void {
  const isChosen = intent.key !== null || intent.root.where.length > 0
  if (isChosen || resource.options.unfiltered === true) return
  throw new Problem('21000', {
    message: `${intent.kind === 'update' ? 'UPDATE' : 'DELETE'} requires a WHERE clause`,
    hint: 'Add a filter, such as id=not.is.null for all rows.',
  })
}

/** Keys to other resources of which the body gives a part. */
function parentsOf(cells: readonly Cell[], resource: Resource, scope: Scope): readonly Parent<Ungated>[] {
  const given = new Set(cells.filter((cell) => cell.from === 'body').map((cell) => cell.field))
  return resource.relations
    .filter(
      (relation) => relation.kind === 'many-to-one' && relation.pairs.some(({ from }) => given.has(from)),
    )
    .map((relation) => ({ relation, row: scope.nextRow(), gate: null }))
}

/** @throws Problem 42P10 */
function conflictFields(intent: ConflictIntent, resource: Resource, audience: Audience): readonly Field[] {
  const named = intent.on?.map((name) => resolveField(resource, audience, name)) ?? resource.key
  const on = [resource.key, ...resource.uniques].find(
    (unique) => unique.length === named.length && unique.every((field) => named.includes(field)),
  )
  if (on === undefined) {
    throw new Problem('42P10', {
      message: `there is no unique constraint of ${resource.name} on (${named.map((field) => field.name).join(', ')})`,
      hint: 'on_conflict names the columns of the primary key or of a unique constraint.',
    })
  }
  return on
}

/** @throws Problem 42P10 when nobody could say before the write which row is there already: its policy has to be asked */
function resolveConflict(
  intent: ConflictIntent,
  on: readonly Field[],
  cells: readonly Cell[],
  { resource, audience }: { readonly resource: Resource; readonly audience: Audience },
): Conflict<Ungated> {
  const unknown = on.find(
    (field) =>
      field.column.generated !== undefined ||
      (defaultExpression(field) !== null && !cells.some((cell) => cell.field === field && isKnown(cell))),
  )
  if (unknown !== undefined) {
    throw new Problem('42P10', {
      message: `an upsert on "${unknown.name}" needs its value in each row`,
      hint: 'The database works out the value of this column, so that no row could be looked for before.',
    })
  }
  const set = intent.action === 'ignore' ? [] : setOnConflict(intent, on, cells, resource, audience)
  return { on, action: intent.action, set, touched: null, alive: null, outcome: null }
}

/** @throws Problem 428C9 when the body gives what must not change */
function setOnConflict(
  { action }: ConflictIntent,
  on: readonly Field[],
  cells: readonly Cell[],
  resource: Resource,
  audience: Audience,
): readonly Field[] {
  const isFixed = (field: Field) => on.includes(field) || resource.key.includes(field)
  const isWritable = (field: Field) => isFieldWritable(resource, field, audience, 'update')
  const written = cells.filter(({ field, from }) => from !== 'server' && !isFixed(field))
  const given = written.map(({ field }) => field)
  const refused = written.find(({ field, from }) => from === 'body' && !isWritable(field))?.field
  if (refused !== undefined) {
    throw new Problem('428C9', {
      message: `column "${refused.name}" of ${resource.name} can be given to a new row only`,
      hint: 'A row that is there already cannot be merged with it: leave it out, or insert without an upsert.',
    })
  }
  const changing = [...resource.fields.values()].filter((field) => field.made === 'at_change')
  const replaced = [...resource.fields.values()].filter(
    (field) => !isFixed(field) && isWritable(field) && field.made === null,
  )
  return [...new Set([...(action === 'replace' ? replaced : []), ...given, ...changing])]
}
