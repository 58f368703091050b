/**
 * The one error of the product, over one closed table of codes. HTTP is made from it in one place
 * (`problemResponse`). A problem carries only what a client may read: never a cause, a policy, a token or SQL.
 *
 * Codes are PostgREST's (https://docs.postgrest.org/en/stable/references/errors.html), PostgreSQL's
 * SQLSTATE, or our own where neither has one (`LIMIT_…`, `UNAVAILABLE_…`).
 */
const table = {
  // PostgREST: the request
  PGRST100: { status: 400, title: 'The query string could not be parsed' },
  PGRST102: { status: 400, title: 'The request body is not valid' },
  PGRST103: { status: 416, title: 'The requested range cannot be satisfied' },
  PGRST106: { status: 406, title: 'The schema is not served' },
  PGRST107: { status: 406, title: 'None of the accepted media types can be produced' },
  PGRST108: { status: 400, title: 'A parameter names an embed that select does not have' },
  PGRST115: { status: 400, title: 'Payload values do not match the key of the URL' },
  PGRST116: { status: 406, title: 'Cannot coerce the result to a single JSON object' },
  PGRST117: { status: 405, title: 'The method is not served here' },
  PGRST118: { status: 400, title: 'Cannot order by a to-many relation' },
  PGRST120: { status: 400, title: 'An embed can only be filtered by is.null or not.is.null' },
  PGRST122: { status: 400, title: 'A preference is not valid' },
  PGRST123: { status: 400, title: 'Aggregates are not possible here' },
  PGRST124: { status: 400, title: 'More rows would be affected than max-affected allows' },
  PGRST125: { status: 404, title: 'Invalid path specified in request URL' },
  PGRST127: { status: 400, title: 'The feature is not available on SQLite' },
  PGRST128: { status: 400, title: 'max-affected needs a function that returns rows' },
  PGRST200: { status: 400, title: 'Could not find a relationship' },
  PGRST201: { status: 300, title: 'The relationship is ambiguous' },
  PGRST202: { status: 404, title: 'Could not find the function' },
  PGRST204: { status: 400, title: 'Could not find the column' },
  PGRST205: { status: 404, title: 'Could not find the table' },
  PGRST301: { status: 401, title: 'The access token is not valid' },
  PGRST302: { status: 401, title: 'An API key is required' },
  PGRST303: { status: 401, title: 'The access token has expired or its claims are not valid' },
  // PostgreSQL
  '22001': { status: 400, title: 'The text is too long' },
  '22003': { status: 400, title: 'Numeric value out of range' },
  '22007': { status: 400, title: 'Invalid date or time' },
  '22021': { status: 400, title: 'Invalid character' },
  '22023': { status: 400, title: 'Invalid parameter value' },
  '22P02': { status: 400, title: 'Invalid text representation' },
  '2201B': { status: 400, title: 'Invalid regular expression' },
  '21000': { status: 400, title: 'The write would touch every row' },
  '23502': { status: 400, title: 'A value is missing' },
  '23503': { status: 409, title: 'Foreign key violation' },
  '23505': { status: 409, title: 'Unique violation' },
  '23514': { status: 400, title: 'Check violation' },
  '42501': { status: 403, title: 'Permission denied' },
  '428C9': { status: 400, title: 'The column cannot be written' },
  P0001: { status: 400, title: 'Refused' },
  '42P10': { status: 400, title: 'No unique constraint on these columns' },
  '42703': { status: 400, title: 'Undefined column' },
  '42803': { status: 400, title: 'Grouping error' },
  '42804': { status: 400, title: 'Datatype mismatch' },
  '42846': { status: 400, title: 'Cannot cast' },
  '42883': { status: 400, title: 'Undefined function or operator' },
  // Selvage
  LIMIT_ROWS: { status: 400, title: 'Too many rows were asked for' },
  LIMIT_OFFSET: { status: 400, title: 'The offset is too deep' },
  LIMIT_EMBEDS: { status: 400, title: 'Too many embeds, or embeds nested too deep' },
  LIMIT_QUERY_LENGTH: { status: 414, title: 'The query string is too long' },
  LIMIT_QUERY_SIZE: { status: 400, title: 'The query has too many parts' },
  LIMIT_ANSWER: { status: 400, title: 'The answer would be too large' },
  LIMIT_BODY: { status: 413, title: 'The request body is too large' },
  LIMIT_OPERATIONS: { status: 413, title: 'The batch has too many operations' },
  LIMIT_BODY_ROWS: { status: 413, title: 'The request body has too many rows' },
  SHARD_CROSSED: { status: 400, title: 'One transaction cannot span databases' },
  SHARD_UNKNOWN: { status: 400, title: 'The write does not say in which database its rows lie' },
  PRECONDITION_FAILED: { status: 412, title: 'The item is not as If-Match or If-None-Match says' },
  PRECONDITION_REQUIRED: { status: 428, title: 'The change must say what it is a change of' },
  PRECONDITION_UNSUPPORTED: { status: 400, title: 'The precondition is not possible here' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'The Idempotency-Key is not valid' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The Idempotency-Key was used for another request' },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, title: 'A request with this Idempotency-Key is still running' },
  CURSOR_INVALID: { status: 400, title: 'The cursor is not valid for this query' },
  BOOKMARK_INVALID: { status: 400, title: 'The bookmark is none of this server' },
  TENANT_REQUIRED: { status: 400, title: 'The request names no tenant' },
  TENANT_UNKNOWN: { status: 404, title: 'There is no such tenant' },
  TENANT_SUSPENDED: { status: 403, title: 'The tenant is suspended' },
  TENANT_NOT_READY: { status: 503, title: 'The tenant is not ready' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The media type of the request body is not supported' },
  UNAVAILABLE_CONFIGURATION: { status: 503, title: 'The server is not configured' },
  UNAVAILABLE_DATABASE: { status: 503, title: 'The database cannot be reached' },
  DATABASE_TIMEOUT: { status: 504, title: 'The database took too long' },
  INTERNAL: { status: 500, title: 'Internal error' },
  // GoTrue: https://supabase.com/docs/guides/auth/debugging/error-codes
  bad_json: { status: 400, title: 'The request body is not valid JSON' },
  bad_jwt: { status: 401, title: 'The access token is not valid' },
  no_authorization: { status: 401, title: 'This endpoint requires an access token' },
  email_address_invalid: { status: 400, title: 'The e-mail address is not valid' },
  invalid_credentials: { status: 400, title: 'Invalid login credentials' },
  refresh_token_already_used: { status: 400, title: 'Invalid Refresh Token: Already Used' },
  refresh_token_not_found: { status: 400, title: 'Invalid Refresh Token: Refresh Token Not Found' },
  session_not_found: { status: 403, title: 'The session does not exist any more' },
  signup_disabled: { status: 422, title: 'Sign-up is not open' },
  unsupported_grant_type: { status: 400, title: 'The grant type is not served' },
  user_already_exists: { status: 422, title: 'User already registered' },
  user_banned: { status: 403, title: 'User is banned' },
  validation_failed: { status: 400, title: 'The request is not valid' },
  weak_password: { status: 422, title: 'The password is too weak' },
} as const satisfies Record<string, { status: number; title: string }>

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
