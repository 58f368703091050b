import type { Limits } from '../../base/limits.ts'
import type { Reference } from '../reference.ts'
import { isWritten } from '../write.ts'
import { authPaths } from './auth/paths.ts'
import { authSchemas } from './auth/schemas.ts'
import { usedComponents } from './components.ts'
import { type JsonObject, refTo, refusals } from './json.ts'
import { batchPath } from './paths/batch.ts'
import { callPath } from './paths/call.ts'
import { resourcePaths } from './paths/list.ts'
import { filterComponents } from './paths/parameter.ts'
import { batchSchemas } from './schema/batch.ts'
import { inputSchemas } from './schema/input.ts'
import { problemSchema } from './schema/problem.ts'
import { rowSchema, schemaName } from './schema/row.ts'
import { answerHeaders, notModified, problemAnswers, sharedParameters } from './shared.ts'
import { operatorText } from './text.ts'

/** What a document depends on besides the caller. */
export interface Site {
  /** Without a trailing slash. */
  readonly apiUrl: string
  readonly limits: Limits
}

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html) of what an audience may use, and nothing else. */
export function openapi(reference: Reference, { apiUrl, limits }: Site): JsonObject {
  const { resources, procedures } = reference
  const paths: JsonObject = {
    ...Object.fromEntries(resources.flatMap(resourcePaths)),
    ...Object.fromEntries(procedures.map((procedure) => callPath(procedure, reference))),
    ...batchPath(reference, limits),
    ...authPaths(reference.auth),
    '/health': { get: healthOperation },
    '/openapi.json': { get: documentOperation },
  }
  const components = usedComponents(paths, {
    schemas: {
      Problem: problemSchema,
      ...authSchemas,
      ...batchSchemas(reference),
      ...Object.fromEntries(resources.map((resource) => [schemaName(resource), rowSchema(resource)])),
      ...Object.assign({}, ...resources.map(inputSchemas)),
    },
    responses: { not_modified: notModified, ...problemAnswers },
    headers: answerHeaders,
    parameters: {
      ...sharedParameters(limits, reference.trials),
      ...Object.assign({}, ...resources.map(filterComponents)),
    },
  })
  return {
    openapi: '3.1.1',
    info: {
      title: reference.name,
      // Of the surface, as in its paths: what it is made with is nobody's business.
      version: 'v1',
      description: descriptionOf(reference),
    },
    servers: [{ url: apiUrl }],
    security: [{ apikey: [] }, { apikey: [], bearer: [] }],
    tags: tagsOf(reference),
    paths,
    components: { securitySchemes, ...components },
  }
}

const securitySchemes: JsonObject = {
  apikey: {
    type: 'apiKey',
    in: 'header',
    name: 'apikey',
    description: 'Which application asks: the publishable key, or on a server the secret key.',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Which user asks: the `access_token` of a session.',
  },
}

function descriptionOf(reference: Reference): string {
  const rights = {
    anonymous: 'It lists what may be used without signing in.',
    user: 'It lists what the user who asked for it may use.',
    service: 'It lists all: a secret key stands above policies.',
  }[reference.asker]
  return [
    ...(reference.description === null ? [] : [reference.description]),
    `Data in PostgREST's grammar, sign-in in GoTrue's. ${rights}`,
    ...(reference.resources.length === 0 ? [] : [`## Operators of filters\n\n${operatorText()}`]),
  ].join('\n\n')
}

/** A resource may be called as a tag of this product is: then they share it. */
function tagsOf({ resources, procedures }: Reference): readonly JsonObject[] {
  const tags = new Map([
    ...resources.map(({ name, description }) => [name, description ?? `Rows of ${name}.`] as const),
    ...(procedures.length > 0 ? [['functions', 'Calls that do more than one write.'] as const] : []),
    ...(resources.some(({ write }) => isWritten(write))
      ? [['batch', 'Several writes in one transaction.'] as const]
      : []),
    ['auth', 'Signing in, and who is signed in.'],
    ['about', 'Of this API itself.'],
  ] as const)
  return [...tags].map(([name, description]) => ({ name, description }))
}

const healthOperation: JsonObject = {
  security: [],
  tags: ['about'],
  operationId: 'get_health',
  summary: 'Whether the database can be reached',
  responses: {
    200: {
      description: 'It can',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['status'],
            properties: { status: { type: 'string', const: 'ok' } },
          },
        },
      },
    },
    ...refusals(503),
  },
}

const documentOperation: JsonObject = {
  security: [{}, { apikey: [] }, { apikey: [], bearer: [] }],
  tags: ['about'],
  operationId: 'get_openapi',
  summary: 'This document, for the one who asks',
  responses: {
    200: {
      description: 'OpenAPI 3.1',
      headers: { ETag: refTo('headers', 'ETag') },
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    304: refTo('responses', 'not_modified'),
    ...refusals(401, 503),
  },
}
