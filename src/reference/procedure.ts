import { absenceIn, jsonSchemaOf } from '../declare/schema.ts'
import { type Audience, isVisible } from '../model/caller/audience.ts'
import type { Model } from '../model/model.ts'
import { isCallable } from '../model/procedure.ts'

/** A procedure that an audience may call. */
export interface ProcedureReference {
  /** Of ASCII letters, digits and `_`. */
  readonly name: string
  readonly description: string | null
  readonly path: string
  /** Whether it may be called by GET, too. */
  readonly readOnly: boolean
  /** Null: the whole body is the argument. */
  readonly parameters: readonly ArgumentReference[] | null
  /** What the whole body must be, where its schema says so; null without. */
  readonly body: Readonly<Record<string, unknown>> | null
  /** The name of the resource whose rows it answers; null: it answers a value, or rows that the audience may not read. */
  readonly returns: string | null
  /** What the value is, where the author's schema says so. */
  readonly output: Readonly<Record<string, unknown>> | null
}

export interface ArgumentReference {
  readonly name: string
  readonly required: boolean
  /** JSON Schema, where the library of the author's schema gives it; null without. */
  readonly schema: Readonly<Record<string, unknown>> | null
}

export function describeProcedures(model: Model, audience: Audience): readonly ProcedureReference[] {
  return [...model.procedures.values()]
    .filter((procedure) => isCallable(procedure, audience))
    .map(({ name, declaration, parameters, returns }) => ({
      name,
      description: declaration.description,
      path: `/rest/v1/rpc/${name}`,
      readOnly: declaration.readOnly,
      parameters:
        parameters === null
          ? null
          : [...parameters].map(([argument, schema]) => ({
              name: argument,
              required: absenceIn(schema) === 'refused',
              schema: jsonSchemaOf(schema, 'input'),
            })),
      body: parameters === null ? jsonSchemaOf(declaration.input, 'input') : null,
      returns: returns !== null && isVisible(returns, audience) ? returns.name : null,
      output: declaration.output === null ? null : jsonSchemaOf(declaration.output, 'output'),
    }))
}
