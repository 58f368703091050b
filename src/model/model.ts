import { getTableColumns, getTableName, is, SQL } from 'drizzle-orm'
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { BackendDeclaration } from '../declare/backend.ts'
import type { Embeds, ResourceDeclaration } from '../declare/resource.ts'
import { actions, declaredAudiences, policyOf } from './caller/audience.ts'
import { saidBy } from './caller/hearing.ts'
import { type Roles, rolesOf } from './caller/roles.ts'
import { type Field, fieldOf } from './field.ts'
import { linkProcedures, type Procedure } from './procedure.ts'
import { recordsOf } from './record/records.ts'
import { keysOf, relationsOf } from './relation.ts'
import type { Relation, Resource } from './resource.ts'
import { keepOf } from './rule/keep.ts'
import { lifeOf } from './rule/life.ts'
import { checkPlaced, checkPlaces, shardKeyOf } from './rule/shard.ts'
import { type Watch, watchOf } from './rule/watch.ts'
import { checkScope, columnsIn } from './scope.ts'

/** A backend, checked and linked: every name in it is an entry. */
export interface Model {
  readonly declaration: BackendDeclaration
  readonly roles: Roles
  /** By the name in URLs. */
  readonly resources: ReadonlyMap<string, Resource>
  /** By the name behind `/rpc/`. */
  readonly procedures: ReadonlyMap<string, Procedure>
  /** Tables that answers from caches depend on. */
  readonly watch: Watch
  /** Names of the tables whose rows lie in other databases than the main one. */
  readonly sharded: ReadonlySet<string>
}

/**
 * Checks a declaration and links it.
 * @throws TypeError that names resource and field, on the first thing that cannot work
 */
export function linkModel(declaration: BackendDeclaration): Model {
  const roles = rolesOf(declaration)
  const building = new Map<string, Building>()
  for (const item of declaration.resources) {
    const resource = resourceOf(item)
    if (building.has(resource.name))
      throw new TypeError(`two resources are named '${resource.name}': give one of them another \`name\``)
    building.set(resource.name, resource)
  }
  const resources = [...building.values()]
  link(resources)
  checkPlaces(resources, declaration)
  const procedures = linkProcedures(declaration.procedures ?? {}, resources)
  const sharded = new Set(resources.filter(({ shardKey }) => shardKey !== null).map((each) => each.tableName))
  const model = { declaration, roles, resources: building, procedures, sharded }
  checkPolicies(model)
  return { ...model, watch: watchOf(resources, roles) }
}

/** The full-text table of a resource, as the migrations make it. */
export function searchTableName(resource: { readonly tableName: string }): string {
  return `${resource.tableName}_search`
}

interface Building extends Resource {
  readonly relations: Relation[]
  readonly embeds: Map<string, Relation>
}

/** Sign-in and the ledger keep theirs to themselves: a policy over them would be one over everything. */
const reserved = /^(?:auth|selvage)_/i

function resourceOf(declaration: ResourceDeclaration): Building {
  const { table, options } = declaration
  const config = getTableConfig(table)
  const name = options.name ?? config.name
  if (reserved.test(config.name))
    throw new TypeError(`${name}: ${config.name} is no table of the backend: auth_ and selvage_ begin others`)
  const all = new Map<string, Field>()
  const unique = uniqueColumns(config)
  for (const [property, column] of Object.entries(columnsOf(table))) {
    const rules = options.fields?.[property] ?? {}
    const isOwner = column === options.owner
    all.set(column.name, fieldOf(column, { rules, isOwner, unique: unique.has(column.name) }))
  }
  for (const property of Object.keys(options.fields ?? {})) {
    if (!(property in columnsOf(table)))
      throw new TypeError(`${name}: fields.${property} is not a column of ${config.name}`)
  }
  const life = lifeOf(name, declaration, all)
  const fields = new Map([...all].filter(([, field]) => field !== life.deleted))
  const pick = (columns: readonly { readonly name: string }[], what: string): Field[] =>
    columns.map((column) => {
      const field = all.get(column.name)
      if (field === undefined)
        throw new TypeError(
          `${name}: ${what} names '${column.name}', which is not a column of ${config.name}`,
        )
      return field
    })
  const own = (columns: readonly SQLiteColumn[], what: string): Field[] => {
    for (const column of columns) {
      if (column.table !== table)
        throw new TypeError(
          `${name}: ${what} names '${column.name}' of ${getTableName(column.table)}, not of ${config.name}`,
        )
    }
    return pick(columns, what)
  }
  own(options.owner === undefined ? [] : [options.owner], 'owner')
  const search = own(options.search ?? [], 'search')
  for (const field of search) {
    if (field.kind !== 'text')
      throw new TypeError(`${name}: search names '${field.name}', which is not a text column`)
  }
  const composite = config.primaryKeys[0]?.columns
  const key =
    composite === undefined
      ? [...fields.values()].filter((field) => field.column.primary)
      : pick(composite, 'its primary key')
  if (key.length === 0)
    throw new TypeError(`${name}: ${config.name} has no primary key, and items, pages and cursors need one`)
  const [only, ...more] = key
  if (more.length === 0 && only?.kind === 'integer' && !only.column.primary)
    throw new TypeError(`${name}: '${only.name}' is the primary key by itself: write integer().primaryKey()`)
  const nullable = key.find((field) => field.nullable)
  if (nullable !== undefined)
    throw new TypeError(
      `${name}: '${nullable.name}' is part of the primary key and may be NULL: add .notNull()`,
    )
  const uniques = [
    ...[...fields.values()].filter((field) => field.column.isUnique).map((field) => [field]),
    ...config.uniqueConstraints.map((constraint) => pick(constraint.columns, 'a unique constraint')),
    ...config.indexes.flatMap(({ config: index }) => {
      const columns = index.columns.flatMap((column) => ('name' in column ? [column] : []))
      // An index over an expression or over some rows only does not make its columns unique.
      return index.unique && index.where === undefined && columns.length === index.columns.length
        ? [pick(columns, 'a unique index')]
        : []
    }),
  ]
  return {
    name,
    table,
    tableName: config.name,
    options,
    fields,
    life,
    shardKey: shardKeyOf(name, declaration, all),
    key,
    uniques,
    foreignKeys: config.foreignKeys,
    version: [...fields.values()].find((field) => field.made === 'at_change') ?? null,
    relations: [],
    embeds: new Map(),
    search,
    keep: keepOf(name, options),
    records: recordsOf({ name, table, options, fields, key }),
  }
}

/** Names of the columns on which it depends whether a row may stand beside another. */
function uniqueColumns(config: ReturnType<typeof getTableConfig>): ReadonlySet<string> {
  const indexed = config.indexes.flatMap(({ config: index }) => (index.unique ? index.columns : []))
  return new Set(
    [
      ...config.columns.filter((column) => column.primary || column.isUnique),
      ...[...config.primaryKeys, ...config.uniqueConstraints].flatMap(({ columns }) => columns),
      ...indexed.flatMap((column) => (is(column, SQL) ? columnsIn(column) : [column])),
    ].map((column) => column.name),
  )
}

function columnsOf(table: SQLiteTable): Readonly<Record<string, SQLiteColumn>> {
  return getTableColumns(table) as Record<string, SQLiteColumn>
}

function link(resources: readonly Building[]): void {
  const byTable = new Map(resources.map((resource) => [resource.table, resource]))
  const keys = resources.flatMap((resource) =>
    keysOf(resource, (column) => byTable.get(column.table) ?? null),
  )
  const relations = relationsOf(keys)
  for (const resource of resources)
    resource.relations.push(...relations.filter((relation) => relation.from === resource))
  for (const resource of resources) {
    for (const [name, column] of Object.entries(embedsOf(resource))) {
      resource.embeds.set(name, declaredEmbed(resource, name, column))
    }
  }
}

function embedsOf(resource: Resource): Embeds {
  const { embeds = {} } = resource.options
  return typeof embeds === 'function' ? embeds() : embeds
}

function declaredEmbed(resource: Resource, name: string, column: SQLiteColumn): Relation {
  const outward = column.table === resource.table
  const found = resource.relations.find(
    (relation) =>
      relation.through === null &&
      (outward
        ? relation.kind === 'many-to-one' && relation.pairs.some((pair) => pair.from.column === column)
        : relation.kind !== 'many-to-one' && relation.pairs.some((pair) => pair.to.column === column)),
  )
  if (found === undefined) {
    throw new TypeError(
      `${resource.name}: embeds.${name} names ${getTableName(column.table)}.${column.name}, which is no foreign key between ${resource.name} and another resource`,
    )
  }
  if (resource.fields.has(name))
    throw new TypeError(`${resource.name}: embeds.${name} has the name of a column`)
  return found
}

/** Compiles every policy for every audience once, so that a mistake fails at start-up and not at a user's request. */
function checkPolicies(model: Pick<Model, 'roles' | 'resources' | 'procedures' | 'sharded'>): void {
  const callers = declaredAudiences(model.roles).map(({ caller }) => caller)
  for (const { declaration } of model.procedures.values()) saidBy(declaration.policy, callers)
  for (const resource of model.resources.values()) {
    for (const { event, when, payload } of Object.values(resource.records.events).flat()) {
      for (const told of [when, ...payload.map(({ value }) => value)])
        if (is(told, SQL)) checkPlaced(resource, told, model.sharded, `event '${event}'`)
    }
    for (const policy of new Set(actions.map((action) => policyOf(resource.options, action)))) {
      for (const verdict of policy === undefined ? [] : saidBy(policy, callers)) {
        if (typeof verdict === 'boolean') continue
        checkScope(resource.name, resource.table, verdict)
        checkPlaced(resource, verdict, model.sharded)
      }
    }
    const rules = [...resource.fields.values()].flatMap(({ read, write }) => [read, write])
    for (const rule of new Set(rules)) if (rule !== null) saidBy(rule, callers)
  }
}
