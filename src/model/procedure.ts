import { getTableName } from 'drizzle-orm'
import type { ProcedureDeclaration } from '../declare/procedure.ts'
import type { StandardSchemaV1 } from '../declare/schema.ts'
import { type Audience, isInScope } from './caller/audience.ts'
import type { Resource } from './resource.ts'

/** A procedure, linked to the resource whose rows it answers. */
export interface Procedure {
  readonly name: string
  readonly declaration: ProcedureDeclaration
  /** By argument, its schema; null when the whole body is the one argument. */
  readonly parameters: ReadonlyMap<string, StandardSchemaV1> | null
  /** The schema of the whole body; null when there are arguments. */
  readonly body: StandardSchemaV1 | null
  readonly returns: Resource | null
}

/** @throws TypeError that names the procedure, on what cannot work */
export function linkProcedures(
  declared: Readonly<Record<string, ProcedureDeclaration>>,
  resources: readonly Resource[],
): ReadonlyMap<string, Procedure> {
  return new Map(
    Object.entries(declared).map(([name, declaration]) => [name, linked(name, declaration, resources)]),
  )
}

/** Whether a procedure is there for an audience: whether it may be called. */
export function isCallable({ name, declaration }: Procedure, audience: Audience): boolean {
  if (!isInScope(audience, `rpc/${name}`)) return false
  return audience.above || declaration.policy({ caller: audience.caller })
}

function linked(name: string, declaration: ProcedureDeclaration, resources: readonly Resource[]): Procedure {
  if (!/^[A-Za-z_]\w{0,62}$/.test(name)) {
    throw new TypeError(
      `procedure '${name}': a name has letters, digits and underscores, and begins with no digit`,
    )
  }
  const { input, returns: table } = declaration
  const returns = table === null ? null : (resources.find((resource) => resource.table === table) ?? null)
  if (returns?.shardKey != null)
    throw new TypeError(`procedure '${name}' returns rows of ${returns.name}, which is sharded`)
  if (table !== null && returns === null)
    throw new TypeError(`procedure '${name}' returns rows of ${getTableName(table)}, which is no resource`)
  return {
    name,
    declaration,
    parameters: isSchema(input) ? null : new Map(Object.entries(input)),
    body: isSchema(input) ? input : null,
    returns,
  }
}

function isSchema(input: ProcedureDeclaration['input']): input is StandardSchemaV1 {
  return '~standard' in input
}
