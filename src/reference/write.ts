import {
  type Audience,
  isFieldVisible,
  isFieldWritable,
  isVisible,
  verdictOf,
} from '../model/caller/audience.ts'
import { type Field, mustBeGiven } from '../model/field.ts'
import type { Resource } from '../model/resource.ts'

/** What an audience may do to the rows of a resource, and nothing else. */
export interface WriteReference {
  /** A row that is made; null: none may be. */
  readonly create: readonly InputReference[] | null
  /** Changes of rows; null: none may be changed. */
  readonly update: readonly InputReference[] | null
  /** A row that is made or replaced under its key; null: that is not open. */
  readonly replace: readonly InputReference[] | null
  readonly delete: boolean
  /** Whether each change of an item must say what it is a change of, so that lists cannot be changed. */
  readonly requiresMatch: boolean
  /** Whether `If-Match` can name what was read; else only that something is there. */
  readonly hasVersion: boolean
  /** Whether PATCH and DELETE of a list may come without a filter. */
  readonly isUnfiltered: boolean
}

/** A field that the audience may give. */
export interface InputReference {
  readonly field: Field
  readonly required: boolean
}

export function describeWrite(resource: Resource, audience: Audience): WriteReference {
  const may = (action: Parameters<typeof verdictOf>[1]) => verdictOf(resource, action, audience) !== false
  const { options, version, key } = resource
  const isReadable = isVisible(resource, audience)
  const given = writable(resource, audience, 'insert')
  const changed = writable(resource, audience, 'update')
  const mayCreate = may('create')
  const mayUpdate = isReadable && may('update_from') && may('update_to')
  const hasItems = isReadable && key.every((field) => isFieldVisible(field, audience))
  const mayReplace = mayCreate && mayUpdate && hasItems && key.every((field) => given.includes(field))
  // The author's schema and hook may give what the client does not.
  const isChecked = options.input?.create === undefined && options.before?.create === undefined
  const isRequired = (field: Field) => isChecked && mustBeGiven(field)
  return {
    create: mayCreate ? given.map((field) => ({ field, required: isRequired(field) })) : null,
    update: mayUpdate && changed.length > 0 ? changed.map((field) => ({ field, required: false })) : null,
    replace: mayReplace
      ? given
          .filter((field) => key.includes(field) || changed.includes(field))
          .map((field) => ({ field, required: isRequired(field) && !key.includes(field) }))
      : null,
    delete: isReadable && may('delete'),
    requiresMatch: options.requireMatch === true,
    hasVersion: version !== null && isFieldVisible(version, audience),
    isUnfiltered: options.unfiltered === true,
  }
}

/** Whether anything can be done to rows, so that it could be part of a batch. */
export function isWritten({ create, update, delete: mayDelete }: WriteReference): boolean {
  return create !== null || update !== null || mayDelete
}

function writable(resource: Resource, audience: Audience, verb: 'insert' | 'update'): readonly Field[] {
  return [...resource.fields.values()].filter((field) => isFieldWritable(resource, field, audience, verb))
}
