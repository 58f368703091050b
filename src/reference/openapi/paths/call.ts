import type { ArgumentReference, ProcedureReference } from '../../procedure.ts'
import type { Reference, ResourceReference } from '../../reference.ts'
import { asJson, type JsonObject, refTo, refusals } from '../json.ts'
import { listAnswer } from './list.ts'
import { filterRefs, parameterRef } from './parameter.ts'

/** The path of a procedure. */
export function callPath(
  procedure: ProcedureReference,
  { resources }: Reference,
): readonly [string, JsonObject] {
  const rows = resources.find(({ name }) => name === procedure.returns) ?? null
  const { parameters, readOnly } = procedure
  return [
    procedure.path,
    {
      post: postOperation(procedure, rows),
      // Where the whole body is the argument, a query string has no name for it.
      ...(readOnly && parameters !== null && { get: getOperation(procedure, parameters, rows) }),
    },
  ]
}

function postOperation(procedure: ProcedureReference, rows: ResourceReference | null): JsonObject {
  const { name, readOnly, parameters } = procedure
  return {
    ...shared(procedure),
    operationId: `call_${name}`,
    parameters: [
      ...answerParameters(rows, new Set()),
      ...(readOnly ? [] : [parameterRef('Idempotency-Key')]),
    ],
    requestBody: {
      required: parameters?.some(({ required }) => required) ?? true,
      content: { 'application/json': { schema: bodySchema(procedure) } },
    },
    responses: {
      ...answers(procedure, rows),
      ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 503, 504),
    },
  }
}

function getOperation(
  procedure: ProcedureReference,
  parameters: readonly ArgumentReference[],
  rows: ResourceReference | null,
): JsonObject {
  const names = new Set(parameters.map(({ name }) => name))
  return {
    ...shared(procedure),
    operationId: `query_${procedure.name}`,
    parameters: [
      ...parameters.map(({ name, required, schema }) => ({
        name,
        in: 'query',
        required,
        description: 'A text, or JSON where the argument is no text.',
        schema: schema === null ? {} : asJson(schema),
      })),
      ...answerParameters(rows, names),
    ],
    responses: { ...answers(procedure, rows), ...refusals(400, 401, 403, 404, 409, 414, 422, 503, 504) },
  }
}

function shared({ name, description }: ProcedureReference) {
  return { tags: ['functions'], summary: description ?? `Calls ${name}` }
}

function bodySchema({ parameters, body }: ProcedureReference): JsonObject {
  if (parameters === null) return body === null ? {} : asJson(body)
  const required = parameters.filter((each) => each.required).map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(
      parameters.map(({ name, schema }) => [name, schema === null ? {} : asJson(schema)]),
    ),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

/** What is asked of the rows of an answer, but for names that are arguments. */
function answerParameters(rows: ResourceReference | null, names: ReadonlySet<string>): readonly JsonObject[] {
  if (rows === null) return []
  return [
    ...['select', 'order', 'limit', 'offset'].filter((name) => !names.has(name)).map(parameterRef),
    ...['Range', 'Prefer'].map(parameterRef),
    ...filterRefs(rows, names),
  ]
}

function answers({ output, returns }: ProcedureReference, rows: ResourceReference | null): JsonObject {
  if (rows !== null) {
    return {
      200: listAnswer(`Rows of ${returns}`, rows),
      206: listAnswer(`A part of the rows of ${returns}`, rows),
      ...refusals(300, 406, 416),
    }
  }
  return {
    200: {
      description: 'What it answers',
      headers: { 'Idempotency-Replayed': refTo('headers', 'Idempotency-Replayed') },
      content: { 'application/json': { schema: output === null ? {} : asJson(output) } },
    },
  }
}
