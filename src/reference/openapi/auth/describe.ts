import { type JsonObject, refTo } from '../json.ts'

/** What is said of one operation of sign-in; path, credentials and refusals are those of its route. */
export interface Described {
  readonly id: string
  readonly summary: string
  /** Members of a JSON body: schemas by name; those in `required` must be there. */
  readonly body?: { readonly required?: readonly string[]; readonly members: JsonObject }
  /** Instead of `body`: a form (RFC 6749). */
  readonly form?: { readonly required?: readonly string[]; readonly members: JsonObject }
  readonly query?: readonly JsonObject[]
  readonly answers: JsonObject
}

export type Descriptions = Readonly<Record<string, Described>>

export const text: JsonObject = { type: 'string' }
export const texts: JsonObject = { type: 'array', items: text }
export const flag: JsonObject = { type: 'boolean' }
export const object: JsonObject = { type: 'object' }
export const email: JsonObject = { type: 'string', format: 'email' }
export const password: JsonObject = { type: 'string', format: 'password' }
export const challenge: JsonObject = {
  code_challenge: {
    type: 'string',
    description: 'RFC 7636: a redirect then ends in a code for who has the verifier',
  },
  code_challenge_method: { type: 'string', enum: ['s256', 'S256'] },
}
/** Where a link or a provider leads back to. */
export const redirectTo = inQuery(
  'redirect_to',
  'Where to go on: the site, or one of the URLs that the backend allows.',
)

export const session: JsonObject = { 200: json('A session', refTo('schemas', 'Session')) }
export const user: JsonObject = { 200: json('The user', refTo('schemas', 'User')) }
export const done: JsonObject = { 200: json('It is done', object) }
export const nothing: JsonObject = { 204: { description: 'It is done' } }
export const redirect: JsonObject = { 302: { description: 'The way goes on elsewhere' } }

export function one(description: string): JsonObject {
  return { 200: json(description, object) }
}

export function many(description: string): JsonObject {
  return { 200: json(description, { type: 'array', items: object }) }
}

export function json(description: string, schema: JsonObject): JsonObject {
  return { description, content: { 'application/json': { schema } } }
}

export function inQuery(
  name: string,
  description: string,
  schema: JsonObject = text,
  required = false,
): JsonObject {
  return { name, in: 'query', description, schema, ...(required && { required }) }
}
