import { authCodes } from './codes/auth.ts'
import { dataCodes } from './codes/data.ts'

/**
 * The one error of the product, over one closed table of codes. HTTP is made from it in one place
 * (`problemResponse`). A problem carries only what a client may read: never a cause, a policy, a token or SQL.
 *
 * Codes are PostgREST's (https://docs.postgrest.org/en/stable/references/errors.html), PostgreSQL's
 * SQLSTATE, or our own where neither has one (`LIMIT_…`, `UNAVAILABLE_…`).
 */
const table = { ...dataCodes, ...authCodes }

export type ProblemCode = keyof typeof table

/** One of many things that are wrong with a body: an entry of `errors`, as RFC 9457 §3 has it. */
export interface BodyError {
  /** Where in the body: a JSON pointer (RFC 6901). */
  readonly pointer: string
  readonly code: ProblemCode
  readonly detail: string
}

/** So many errors are listed: an answer must not be larger than what it answers. */
export const mostErrors = 100

export interface ProblemDetail {
  /** What is wrong, in one sentence that a developer can act on. Default: the title of the code. */
  readonly message?: string
  readonly details?: string | null
  readonly hint?: string | null
  /** Instead of the code's own: PostgREST says 401 to nobody where it says 403 to somebody; P0001 has its author's. */
  readonly status?: 400 | 401 | 403 | 404 | 409 | 422
  /** Everything that is wrong with the body; the first `mostErrors` are kept. */
  readonly errors?: readonly BodyError[]
  /** Members of the document beside those that all have (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>
  /** Headers of the answer, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** One error of the table, with what a client may read of it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly details: string | null
  readonly hint: string | null
  readonly errors: readonly BodyError[]
  readonly headers: Readonly<Record<string, string>>
  readonly members: Readonly<Record<string, unknown>>

  /** What was said instead of the code's own status. */
  readonly #status: ProblemDetail['status']

  constructor(code: ProblemCode, detail: ProblemDetail = {}) {
    super(detail.message ?? table[code].title)
    this.code = code
    this.#status = detail.status
    this.status = detail.status ?? table[code].status
    this.title = table[code].title
    this.details = detail.details ?? null
    this.hint = detail.hint ?? null
    this.errors = (detail.errors ?? []).slice(0, mostErrors)
    this.headers = detail.headers ?? {}
    this.members = detail.members ?? {}
  }

  /** The same problem, of the operation of a list that has it. */
  at(operation: number): Problem {
    const { message, details, hint, headers } = this
    const pointer = `/${operation}`
    const own = [{ pointer, code: this.code, detail: message }]
    const errors =
      this.errors.length === 0
        ? own
        : this.errors.map((each) => ({ ...each, pointer: pointer + each.pointer }))
    return new Problem(this.code, {
      message: `operation ${operation}: ${message}`,
      details,
      hint,
      headers,
      errors,
      ...(this.#status === undefined ? {} : { status: this.#status }),
    })
  }
}

/**
 * RFC 9457 problem document that also carries PostgREST's members (`code`, `message`, `details`, `hint`)
 * and GoTrue's (`error_code`, `msg`), so that every client reads it.
 */
export function problemResponse(problem: Problem): Response {
  const body = {
    type: `about:blank#${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    message: problem.message,
    details: problem.details,
    hint: problem.hint,
    error_code: problem.code,
    msg: problem.message,
    ...problem.members,
    ...(problem.errors.length > 0 && { errors: problem.errors }),
  }
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...problem.headers,
    },
  })
}
